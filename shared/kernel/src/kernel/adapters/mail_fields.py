"""The header fields of a mail, written octet by octet (RFC 5322, RFC 2047).

What people write must arrive as it was written, and nothing in it may be read as anything else. So no parser sees it on
its way out: what is not plain ASCII, or only looks like an encoded word, becomes encoded words here. The standard
library would decode `=?utf-8?b?...?=` in a subject that it is given, and some versions lose spaces where they fold.
"""

import base64
import re
from email.headerregistry import Address
from typing import Final

import idna

_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_BEFORE, _AFTER = "=?utf-8?b?", "?="
_LONGEST_LINE: Final = 76  # RFC 2047, section 2, for lines with an encoded word

_ATEXT: Final = r"[^\x00-\x20\x7f-\x9f\s()<>\[\]:;@\\,\".]+"
_SPEC: Final = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@({_ATEXT}(?:\.{_ATEXT})*)")  # letters of any script: RFC 6531
_NAMED: Final = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^"<>@,;:\\]*?)) *<([^<>]*)>')


def shown(text: str) -> str:
    """The text as it may be shown beside others': without the controls that turn the order of what follows around."""
    return _BIDI.sub("", text)


def one_line(text: str) -> str:
    """The text as one line: `shown`, and a space for each run of controls and ends of lines."""
    return _CONTROLS.sub(" ", shown(text)).strip()


def unstructured(name: str, text: str) -> str:
    """The field with any text on one line, as in a subject, folded, without its last line end."""
    text = one_line(text)
    if "=?" not in text and (not text or _PLAIN.fullmatch(text)) and len(name) + 2 + len(text) <= _LONGEST_LINE:
        return f"{name}: {text}"
    return f"{name}: {_encoded(text, len(name) + 2)}"


def mailbox(name: str, address: Address) -> str:
    """The field with one address and, if it has one, its name; raw UTF-8 only where the local part is (RFC 6532)."""
    called = one_line(address.display_name)
    if not called:
        return f"{name}: {address.username}@{address.domain}"
    if "=?" in called or len(called) > _LONGEST_LINE // 2 or not _PLAIN.fullmatch(called):
        phrase = _encoded(called, len(name) + 2) + "\r\n"
    elif _ATOMS.fullmatch(called):
        phrase = called
    else:
        phrase = '"' + called.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name}: {phrase} <{address.username}@{address.domain}>"


def ids(name: str, values: tuple[str, ...]) -> str:
    """The field with message ids, each on a line of its own."""
    return f"{name}: " + "\r\n ".join(values)


def address(text: str) -> Address:
    """Exactly one address, with or without a name. Its domain is in ASCII (RFC 5891), as every server understands it.

    What stands before the @ is never decoded: an address that looks like an encoded word is that address. Raises
    ValueError.
    """
    named = _NAMED.fullmatch(text)
    quoted, plain, spec = named.groups() if named else (None, "", text)
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        raise ValueError("not an address")
    username, domain = parts.groups()
    called = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip()
    return Address(called, username, domain if domain.isascii() else idna.encode(domain, uts46=True).decode())


def _encoded(text: str, used: int) -> str:
    """The text as encoded words of whole characters, one a line; the first line has `used` characters already."""
    words: list[str] = []
    octets = b""
    for character in text:
        more = character.encode()
        room = (_LONGEST_LINE - (1 if words else used) - len(_BEFORE) - len(_AFTER)) // 4 * 3
        if octets and len(octets) + len(more) > room:
            words.append(_word(octets))
            octets = b""
        octets += more
    return "\r\n ".join([*words, _word(octets)])


def _word(octets: bytes) -> str:
    return f"{_BEFORE}{base64.b64encode(octets).decode()}{_AFTER}"

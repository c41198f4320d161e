"""Who is meant by `@name` in a text of Markdown."""

import itertools
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final

from task_service.markdown_text import NOT_SAID, said

_SIGNS: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
    }
)

# What may stand behind a name in Hangul: how one is called, then particles. Some follow a vowel, some a consonant.
_CALLED: Final = (
    "님|씨|형|누나|언니|오빠|선생님?|팀장님?|실장님?|본부장님?|대리님?|과장님?|차장님?|부장님?|사장님?|이사님?|대표님?"
    "|매니저님?|교수님?|박사님?|선배님?"
)
_ANYWHERE: Final = (
    "의|도|만|에|에게|에게서|께|께서|한테|한테서|하고|까지|부터|처럼|보다|마다|조차|마저|밖에"
    "|입니다|이라고|인데|이고|이에요"
)
_AFTER_VOWEL: Final = "가|는|를|와|로|로부터|랑|야|예요|라고"
_AFTER_CONSONANT: Final = "이|은|을|과|으로|으로부터|이랑"
_PARTICLES: Final = {
    called: re.compile(
        rf"(?:(?:{_CALLED})(?:{_ANYWHERE}|{_AFTER_VOWEL}|{_AFTER_CONSONANT})*|(?:{own}|{_ANYWHERE})(?:도|만|는|의)?)"
    )
    for called, own in (
        ("vowel", _AFTER_VOWEL),
        ("consonant", _AFTER_CONSONANT),
        ("other", f"{_AFTER_VOWEL}|{_AFTER_CONSONANT}"),
    )
}
_HANGUL: Final = re.compile("[가-힣]+")
_JAPANESE: Final = re.compile(
    "さん|さま|様|くん|君|ちゃん|氏|先生|殿|(?:は|が|を|に|へ|と|の|も|で|や|から|まで|より)(?![\\w])"
)
_JOINED: Final = re.compile(r"['\-._·](?=\w)")
_POSSESSIVE: Final = re.compile(r"'s(?!\w)")
_IN_ADDRESS: Final = re.compile(r"[A-Za-z0-9_.+%/\-]", re.ASCII)


def has_mentions(text: str) -> bool:
    """Whether anybody can be meant in a text at all."""
    return "@" in text or "\uff20" in text


def mentioned(body: str, names: Mapping[str, str], given: Collection[str] = ()) -> tuple[str, ...]:
    """The ids of those whose name stands after an `@` in what the text says, in its order.

    Code, links, addresses and escaped signs say nothing. Case, width, the kind of quotes and of spaces do not matter.
    The longest name wins, and it must be whole: it may go on with a Korean particle that fits, a title, a Japanese
    form of address, but not within a word (`@Ann` is not in `@Anna`, 김민 not in `@김민지`). Of people with one name
    all are meant, or those of them who are `given` by id.
    """
    if not has_mentions(body):
        return ()
    text = _folded(said(body))
    by_name: dict[str, list[str]] = {}
    for user_id, name in names.items():
        if name.strip():
            by_name.setdefault(_folded(name), []).append(user_id)
    longest_first = sorted(by_name, key=len, reverse=True)
    found: dict[str, None] = {}
    end_of_last = -1
    at = text.find("@")
    while at >= 0:
        if at == end_of_last or _begins(text, at):
            start = at + 1
            hits = (n for n in longest_first if text.startswith(n, start) and _ends(text, start + len(n)))
            for hit in itertools.islice(hits, 1):
                named = by_name[hit]
                found.update(dict.fromkeys([user for user in named if user in given] or named))
                end_of_last = _behind(text, start + len(hit))
        at = text.find("@", at + 1)
    return tuple(found)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).replace(NOT_SAID, f"{NOT_SAID} ").split())


def _begins(text: str, at: int) -> bool:
    """Whether a mention may begin here: not within an e-mail address or a path."""
    if at == 0:
        return True
    before = text[at - 1]
    return (not _IN_ADDRESS.match(before) and not (before.isalpha() and not _is_wide(before))) or (
        before == "/" and _apart(text, at)
    )


def _apart(text: str, at: int) -> bool:
    """Whether the slash stands between two people (`@ann/@bob`), not in a path."""
    return "@" in text[max(0, at - 60) : at].rpartition(" ")[2]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _ends(text: str, end: int) -> bool:
    """Whether a whole name ends here."""
    rest = text[end : end + 40]
    if not rest or rest[0] == "@" or _POSSESSIVE.match(rest):
        return True
    if _JOINED.match(rest):
        return False
    if not rest[0].isalnum() and rest[0] != "_":
        return True
    hangul = _HANGUL.match(rest)
    if hangul:
        behind = rest[hangul.end() : hangul.end() + 1]
        return bool(_particles(text[end - 1]).fullmatch(hangul[0])) and not behind.isalnum()
    return bool(_JAPANESE.match(rest))


def _behind(text: str, end: int) -> int:
    """Where the word ends that a name begins."""
    while end < len(text) and text[end].isalnum():
        end += 1
    return end


def _particles(last: str) -> re.Pattern[str]:
    if not "가" <= last <= "힣":
        return _PARTICLES["other"]
    return _PARTICLES["vowel" if (ord(last) - 0xAC00) % 28 == 0 else "consonant"]

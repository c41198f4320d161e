"""What people write arrives as it was written, by every way out and for every reader, and is never read as a field."""

import re
from base64 import b64decode
from email import header, message_from_bytes, policy
from email.message import EmailMessage

import orjson
import pytest
from aiobotocore.session import get_session

from kernel.adapters import mail_fields, mime
from kernel.adapters.ses.mailer import SesMailer
from kernel.adapters.smtp.mailer import SmtpMailer
from kernel.ports.mailer import Mail
from taskledger_local.emulator import REGION, Emulator
from taskledger_local.setup import create_sender
from testkit.faults import Faults
from testkit.mail_server import mail_server
from testkit.words import HOSTILE, lines

BOARD = mime.sender("board@example.org")
FIELDS = {
    *("From", "To", "Subject", "Date", "Message-ID", "X-Taskledger-Id", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}
_WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/]+=*)\?=")


def a_mail(subject: str, to: str = "kim@example.org", text: str = "text\n") -> Mail:
    return Mail(id="m", to=to, subject=subject, text=text, html="<p>text</p>\n")


def field(raw: bytes, name: str) -> str:
    """A field of a message, unfolded, as it stands there."""
    head = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")
    [value] = [line.removeprefix(f"{name}: ") for line in head.split("\r\n") if line.startswith(f"{name}: ")]
    return value


def strictly(value: str) -> str:
    """What a reader makes of a field that knows RFC 2047, section 6.2, to the letter, and each word by itself."""
    words = value.split(" ")
    if not all(_WORD.fullmatch(word) for word in words):
        assert "=?" not in value
        return value
    return "".join(b64decode(found[1]).decode() for word in words if (found := _WORD.fullmatch(word)))


def legacy(value: str) -> str:
    return str(header.make_header(header.decode_header(value)))


@pytest.mark.slow
def test_thousands_of_subjects_are_read_as_they_were_written() -> None:
    for subject in lines(4_000):
        raw = mime.message(a_mail(subject), BOARD).content
        head = raw.partition(b"\r\n\r\n")[0]
        assert raw.isascii()
        assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
        assert {line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] != b" "} == FIELDS
        as_it_stands = field(raw, "Subject")
        parsed = str(message_from_bytes(raw, policy=policy.default)["Subject"])
        readings = [strictly(as_it_stands), legacy(as_it_stands), parsed]
        assert readings == [subject] * len(readings)


@pytest.mark.parametrize("subject", HOSTILE)
def test_what_looks_like_an_encoded_word_is_text(subject: str) -> None:
    raw = mime.message(a_mail(subject), BOARD).content
    assert strictly(field(raw, "Subject")) == subject
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert parsed.get_content_type() == "multipart/alternative"
    assert b"PHISH" not in raw


@pytest.mark.slow
def test_thousands_of_display_names_are_read_as_they_were_written() -> None:
    for name in lines(2_000, seed=2):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        raw = mime.message(a_mail("s"), mime.sender(f'"{quoted}" <board@example.org>')).content
        phrase, _, spec = field(raw, "From").rpartition(" <")
        assert spec == "board@example.org>"
        unquoted = re.sub(r"\\(.)", r"\1", phrase[1:-1]) if phrase.startswith('"') else phrase.strip()
        assert strictly(unquoted) == name


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_nothing_turns_around_what_stands_beside_it(control: str) -> None:
    mail = Mail(
        id="m", to="kim@example.org", subject=f"a{control}b", text=f"c{control}d\n", html=f"<p>e{control}f</p>\n"
    )
    parsed = message_from_bytes(
        mime.message(mail, mime.sender(f"g{control}h <board@example.org>")).content, policy=policy.default
    )
    assert (parsed["Subject"], parsed["From"]) == ("ab", "gh <board@example.org>")
    assert [part.get_content() for part in parsed.iter_parts()] == ["cd\r\n", "<p>ef</p>\r\n"]


def test_controls_and_ends_of_lines_of_unicode_are_spaces_in_a_field() -> None:
    raw = mime.message(a_mail("a\tb\x0bc\x0cd\u2028e\x85f\x00g"), BOARD).content
    assert field(raw, "Subject") == "a b c d e f g"


def test_an_address_that_looks_like_an_encoded_word_is_that_address() -> None:
    local = "=?utf-8?q?kim?="
    made = mime.message(a_mail("s", to=f"{local}@example.org"), BOARD)
    assert (made.recipient.username, field(made.content, "To")) == (local, f"{local}@example.org")


@pytest.mark.parametrize("text", ["a@b@c", "<a@b> c@d", "a@b, c@d", "a@b>", "a b@c", "@c", "a@", "a..b@c", '"a"@b'])
def test_what_is_not_exactly_one_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        mail_fields.address(text)


@pytest.mark.process
async def test_subjects_names_and_texts_pass_a_server_as_they_are() -> None:
    with mail_server() as server:
        for text in lines(150, seed=3):
            mailer = await SmtpMailer.open(f"smtp://127.0.0.1:{server.port}?from=board@example.org")
            await mailer.send(a_mail(text, text=f"{text}\n"))
            mail = server.mails[-1]
            assert mail["Subject"] == text
            body = mail.get_body(("plain",))
            assert body is not None
            assert body.get_content().replace("\r\n", "\n") == f"{text}\n"


async def test_subjects_and_texts_pass_ses_as_they_are(aws: Emulator, aws_faults: Faults) -> None:
    async with get_session().create_client("sesv2", endpoint_url=aws.endpoint) as client:
        await create_sender(client, "board@example.org")
    mailer = await SesMailer.open(f"ses://?from=board@example.org&region={REGION}&endpoint={aws_faults.endpoint}")
    wanted = list(lines(60, seed=4))
    for text in wanted:
        await mailer.send(a_mail(text, text=f"{text}\n"))
    await mailer.close()
    got = [b64decode(orjson.loads(request.body)["Content"]["Raw"]["Data"]) for request in aws_faults.requests]
    assert [strictly(field(raw, "Subject")) for raw in got] == wanted

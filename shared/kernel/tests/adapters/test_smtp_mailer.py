"""What SMTP adds to the port: the mail as a server gets it, and which answers are for ever."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kernel.adapters.smtp.mailer import SmtpMailer
from kernel.ports.mailer import Mail, MailRejected, MailUnavailable
from taskledger_local.processes import free_port
from testkit.mail_server import MailServer, mail_server

pytestmark = pytest.mark.process

KIM = "kim@example.org"


def a_mail(to: str = KIM) -> Mail:
    return Mail(id="task-1:4/kim", to=to, subject="할 일 OPS-12 완료", text="진행 중\n", html="<p>진행 중</p>\n")


@pytest.fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    """TLS says goodbye and waits for the other's after a mail: every connection is closed before the loop is."""
    descriptors = asyncio.get_running_loop()._selector.get_map()  # type: ignore[attr-defined]
    before = len(descriptors)
    yield
    while len(descriptors) > before:  # noqa: ASYNC110 - nobody sets an event then
        await asyncio.sleep(0.001)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


async def mailer(port: int, options: str = "") -> SmtpMailer:
    return await SmtpMailer.open(f"smtp://127.0.0.1:{port}?from=board@example.org{options}")


async def test_a_server_gets_text_and_html_in_any_language(server: MailServer) -> None:
    message_id = await (await mailer(server.port)).send(a_mail())
    [mail] = server.mails
    assert (mail["From"], mail["To"], mail["Message-ID"]) == ("board@example.org", KIM, message_id)
    assert mail["Subject"] == "할 일 OPS-12 완료"
    assert [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()] == [
        "진행 중\n",
        "<p>진행 중</p>\n",
    ]


@pytest.mark.parametrize("answer", ["550 no such user", "552 mailbox full for ever"])
async def test_a_permanent_refusal_of_the_recipient_is_a_rejection(server: MailServer, answer: str) -> None:
    server.refuse[KIM] = answer
    with pytest.raises(MailRejected, match=answer[:3]):
        await (await mailer(server.port)).send(a_mail())
    assert server.mails == []


async def test_a_refusal_that_may_pass_is_tried_again_later(server: MailServer) -> None:
    server.refuse[KIM] = "451 greylisted"
    with pytest.raises(MailUnavailable, match="451"):
        await (await mailer(server.port)).send(a_mail())


async def test_a_server_that_is_away_or_has_no_tls_is_unavailable(server: MailServer) -> None:
    for away in (await mailer(free_port()), await mailer(server.port, "&starttls=required")):
        with pytest.raises(MailUnavailable):
            await away.send(a_mail())
        with pytest.raises(MailUnavailable):
            await away.ping()


async def test_an_address_in_any_script_goes_where_the_server_takes_it(server: MailServer) -> None:
    await (await mailer(server.port)).send(a_mail("kim@한국.kr"))
    assert server.mails[0]["To"] == "kim@xn--3e0b707e.kr"
    with pytest.raises(MailRejected, match="SMTPUTF8"):
        await (await mailer(server.port)).send(a_mail("김@한국.kr"))
    with mail_server(enable_SMTPUTF8=True) as modern:
        await (await mailer(modern.port)).send(a_mail("김@한국.kr"))
        assert modern.recipients == ["김@xn--3e0b707e.kr"]


# --- TLS and passwords ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a file with a key and a certificate for 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def passwords() -> list[str]:
    """What somebody logged in with."""
    return []


@pytest.fixture
def strict(certificate: Path, passwords: list[str]) -> Iterator[MailServer]:
    """A server that wants TLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        passwords.append(data.password.decode())
        return AuthResult(success=data.password == b"p:w", handled=False)

    with mail_server(tls_context=context, authenticator=check, auth_required=True) as started:
        yield started


async def test_a_password_travels_over_tls(strict: MailServer, certificate: Path, passwords: list[str]) -> None:
    url = f"smtp://board:p%3Aw@127.0.0.1:{strict.port}?from=board@example.org&ca={certificate}"
    await (await SmtpMailer.open(url)).send(a_mail())
    assert (len(strict.mails), passwords) == (1, ["p:w"])
    with pytest.raises(MailUnavailable, match="535"):
        await (await SmtpMailer.open(url.replace("p%3Aw", "wrong"))).send(a_mail())
    assert len(strict.mails) == 1


async def test_no_password_is_given_to_a_server_without_tls_or_of_an_unknown_authority(
    server: MailServer, strict: MailServer, passwords: list[str]
) -> None:
    for port in (server.port, strict.port):
        with pytest.raises(MailUnavailable):
            await (await SmtpMailer.open(f"smtp://board:p@127.0.0.1:{port}?from=board@example.org")).send(a_mail())
    assert passwords == []


# --- servers that misbehave ---


@asynccontextmanager
async def lines(*spoken: bytes) -> AsyncIterator[int]:
    """The port of a server that says a line at once and after each that it hears, then breaks the connection."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError):
            for line in spoken:
                writer.write(line + b"\r\n")
                await reader.readuntil(b"\r\n.\r\n" if line.startswith(b"354") else b"\r\n")
            await asyncio.sleep(0 if spoken else 3600)

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_server_that_takes_no_mail_at_all_says_nothing_about_this_one() -> None:
    async with lines(b"554 not now") as port:
        with pytest.raises(MailUnavailable, match="554"):
            await (await mailer(port)).send(a_mail())


async def test_what_was_accepted_is_sent_though_the_connection_breaks_then() -> None:
    async with lines(b"220 hello", b"250 hello", b"250 sender", b"250 recipient", b"354 go on", b"250 taken") as port:
        assert await (await mailer(port)).send(a_mail()) == "<task-1%3A4%2Fkim@example.org>"


async def test_content_that_is_refused_for_ever_is_a_rejection() -> None:
    async with lines(b"220 hello", b"250 hello", b"250 sender", b"250 recipient", b"354 go on", b"554 spam") as port:
        with pytest.raises(MailRejected, match="554 spam"):
            await (await mailer(port)).send(a_mail())


async def test_a_server_that_says_nothing_is_waited_for_so_long() -> None:
    async with lines() as port:
        with pytest.raises(MailUnavailable):
            await (await mailer(port, "&timeout=0.2")).send(a_mail())


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:25",
        "smtp://?from=a@b.c",
        "smtp://h?from=a@b.c&starttls=maybe",
        "smtp://h?from=nobody",
        "smtp://h?from=김@b.c",
        "smtp://h:port?from=a@b.c",
        "smtp://h?from=a@b.c&timeout=soon",
        "smtp://h?from=a@b.c&tls=yes",
    ],
)
async def test_a_url_that_makes_no_sense_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"named as|address|sender|URL|[Pp]ort"):
        await SmtpMailer.open(url)

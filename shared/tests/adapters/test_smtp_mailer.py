"""What SMTP adds to the port: the mail as a server gets it, and which answers are for ever."""

from collections.abc import Iterator

import pytest

from kernel.adapters.smtp_mailer import SmtpMailer
from kernel.ports import Mail, MailRejected, MailUnavailable
from taskledger_local.mail_server import MailServer, mail_server
from taskledger_local.processes import free_port

KIM = "kim@example.org"


def a_mail(to: str = KIM) -> Mail:
    return Mail(id="task-1:4/kim", to=to, subject="할 일 OPS-12 완료", text="진행 중\n", html="<p>진행 중</p>\n")


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


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:25", "smtp://?from=a@b.c", "smtp://h?from=a@b.c&starttls=maybe"])
async def test_a_url_that_says_too_little_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match="from=ADDRESS"):
        await SmtpMailer.open(url)

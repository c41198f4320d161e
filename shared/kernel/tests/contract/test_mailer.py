"""What every adapter of `Mailer` promises."""

import asyncio

import pytest

from kernel.ports.mailer import Mail, Mailer, MailRejected


def a_mail(mail_id: str, to: str = "kim@example.org", subject: str = "할 일 OPS-12 완료") -> Mail:
    return Mail(id=mail_id, to=to, subject=subject, text="진행 중 → 완료\n", html="<p>진행 중 → 완료</p>\n")


@pytest.mark.slow
async def test_a_mail_is_accepted_and_named(mailer: Mailer, unique: str) -> None:
    await mailer.ping()
    assert await mailer.send(a_mail(unique))


async def test_different_mails_have_different_message_ids(mailer: Mailer, unique: str) -> None:
    sent = await asyncio.gather(*(mailer.send(a_mail(f"{unique}:{n}")) for n in range(5)))
    assert len(set(sent)) == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("kim@example.org\nBcc: everybody@example.org", "hello"),
        ("kim@example.org\n", "hello"),
        ("kim@example.org\r", "hello"),
        ("kim@example.org", "hello\r\nBcc: everybody@example.org"),
        ("kim@example.org", "hello\n"),
        ("kim@example.org, lee@example.org", "hello"),
        ("kim@example.org lee", "hello"),
        ("kim@", "hello"),
        ("", "hello"),
        ("no address", "hello"),
        ("kim@example.org", "\ud800"),
    ],
)
async def test_what_can_never_be_sent_is_rejected(mailer: Mailer, unique: str, to: str, subject: str) -> None:
    with pytest.raises(MailRejected):
        await mailer.send(a_mail(unique, to=to, subject=subject))

"""What the maildir adds to the port: a file per mail, and a list for the outbox."""

import mailbox
import os
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from kernel.adapters.maildir.mailer import MaildirMailer
from kernel.ports.mailer import Mail


def a_mail(mail_id: str, to: str = "kim@example.org", subject: str = "할 일 OPS-12 완료") -> Mail:
    return Mail(id=mail_id, to=to, subject=subject, text="진행 중 → 완료\n", html="<p>진행 중 → 완료</p>\n")


@pytest.fixture
async def mailer(tmp_path: Path) -> MaildirMailer:
    return await MaildirMailer.open(tmp_path / "mail")


async def test_a_mail_program_finds_text_and_html_in_the_maildir(mailer: MaildirMailer, tmp_path: Path) -> None:
    message_id = await mailer.send(a_mail("task-1:4/kim"))
    [stored] = mailbox.Maildir(tmp_path / "mail", create=False)
    message = BytesParser(policy=policy.default).parsebytes(stored.as_bytes())
    assert (message["Message-ID"], message["To"]) == (message_id, "kim@example.org")
    assert message["Subject"] == "할 일 OPS-12 완료"
    assert message.get_content_type() == "multipart/alternative"
    assert [(part.get_content_type(), part.get_content()) for part in message.iter_parts()] == [
        ("text/plain", "진행 중 → 완료\r\n"),
        ("text/html", "<p>진행 중 → 완료</p>\r\n"),
    ]


async def test_a_mail_sent_again_is_there_once(mailer: MaildirMailer) -> None:
    first = await mailer.send(a_mail("a"))
    assert await mailer.send(a_mail("a")) == first
    [stored] = await mailer.mails()
    assert stored.message_id == first


async def test_mails_are_listed_newest_first_page_by_page(mailer: MaildirMailer) -> None:
    sent = [await mailer.send(a_mail(f"{n}")) for n in range(7)]
    listed = []
    before = None
    while page := await mailer.mails(before=before, limit=3):
        assert len(page) <= 3
        listed += [mail.message_id for mail in page]
        before = page[-1].cursor
    assert listed == sent[::-1]


async def test_a_person_is_shown_their_own_mails_only(mailer: MaildirMailer) -> None:
    await mailer.send(a_mail("a", to="Kim <Kim@Example.org>"))
    await mailer.send(a_mail("b", to="lee@example.org"))
    [stored] = await mailer.mails(to="kim@example.org")
    assert (stored.to, stored.subject) == ("Kim <Kim@Example.org>", "할 일 OPS-12 완료")
    assert (stored.text, stored.html) == ("진행 중 → 완료\n", "<p>진행 중 → 완료</p>\n")
    assert await mailer.mails(to="park@example.org") == []


async def test_a_malformed_cursor_is_an_error(mailer: MaildirMailer) -> None:
    await mailer.send(a_mail("a"))
    with pytest.raises(ValueError, match="invalid literal"):
        await mailer.mails(before="nonsense")


async def test_an_id_is_never_a_path(mailer: MaildirMailer, tmp_path: Path) -> None:
    await mailer.send(a_mail("../../outside"))
    assert len(mailbox.Maildir(tmp_path / "mail", create=False)) == 1
    assert os.listdir(tmp_path) == ["mail"]


async def test_mails_of_a_person_are_not_shown_to_the_next_who_has_the_address(mailer: MaildirMailer) -> None:
    await mailer.send(replace(a_mail("a"), reader="the-first"))
    await mailer.send(a_mail("b"))  # to whoever has the address
    await mailer.send(replace(a_mail("c"), reader="the-next"))
    shown = await mailer.mails("kim@example.org", reader="the-next")
    assert ["<a@" in mail.message_id for mail in shown] == [False, False]
    assert len(await mailer.mails("kim@example.org", reader="the-first")) == 2


async def test_what_is_forgotten_is_gone_under_every_address_that_the_person_had(
    mailer: MaildirMailer, tmp_path: Path
) -> None:
    await mailer.send(replace(a_mail("a", to="old@example.org"), reader="kim"))
    await mailer.send(replace(a_mail("b"), reader="kim"))
    await mailer.send(a_mail("c"))
    await mailer.send(replace(a_mail("d", to="lee@example.org"), reader="lee"))
    await mailer.forget("kim@example.org", "kim")
    assert [mail.to for mail in await mailer.mails()] == ["lee@example.org"]
    assert len(list((tmp_path / "mail").rglob("*.*"))) == 1

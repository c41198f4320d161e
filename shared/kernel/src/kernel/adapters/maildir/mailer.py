"""Mail into a maildir: a folder that any mail program, and the site itself, can show."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import MIMEPart
from email.parser import Parser
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kernel.adapters import mime
from kernel.ports.mailer import Mail, MailUnavailable

_NOBODY: Final = "-"
_SENDER: Final = Address("Taskledger", "taskledger", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail in the maildir. `cursor` is opaque: it names the mail's place in the list."""

    cursor: str
    message_id: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


class MaildirMailer:
    """A `Mailer` that files each mail in `new/` under its id, so that a second sending replaces the first.

    The file's name ends with digests of the person and the address (`<id>.<person>.<address>`, `-` for nobody in
    particular), so that one's mails are found without opening others', and go with their reader, not with the address.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    async def open(cls, path: Path) -> "MaildirMailer":
        """Open or create the maildir. Raises MailUnavailable."""

        def prepare() -> None:
            for folder in ("tmp", "new", "cur"):
                (path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)

        try:
            await asyncio.to_thread(prepare)
        except OSError as error:
            raise MailUnavailable(f"{path}: {error.strerror}") from error
        return cls(path)

    async def send(self, mail: Mail) -> str:
        message = mime.message(mail, _SENDER)
        try:
            name = f"{quote(mail.id, safe='')}.{_reader(mail.reader)}.{_digest(mail.to)}"
            await asyncio.to_thread(self._file, name, message.content)
        except OSError as error:
            raise MailUnavailable(f"{self._path}: {error.strerror}") from error
        return message.message_id

    async def ping(self) -> None:
        if not await asyncio.to_thread(os.access, self._path / "tmp", os.W_OK):
            raise MailUnavailable(f"{self._path} cannot be written")

    async def close(self) -> None:
        pass

    async def forget(self, to: str, reader: str) -> None:
        """See `MailKeeper`."""

        def remove() -> None:
            ending, person = f".{_digest(to)}", _reader(reader)
            for folder in ("new", "cur"):
                for entry in os.scandir(self._path / folder):
                    name = entry.name.partition(":")[0]
                    if name.endswith(ending) or _reader_in(name) == person:
                        Path(entry.path).unlink(missing_ok=True)

        try:
            await asyncio.to_thread(remove)
        except OSError as error:
            raise MailUnavailable(f"{self._path}: {error.strerror}") from error

    async def mails(
        self, to: str | None = None, before: str | None = None, limit: int = 50, *, reader: str | None = None
    ) -> Sequence[StoredMail]:
        """Mails newest first, all or those to one address, at most `limit` of those older than the cursor `before`.

        With a `reader`, none that was to another person who had the address before.

        Raises ValueError for a malformed cursor, MailUnavailable.
        """
        try:
            return await asyncio.to_thread(self._newest, to, before, limit, reader)
        except OSError as error:
            raise MailUnavailable(f"{self._path}: {error.strerror}") from error

    def _file(self, name: str, content: bytes) -> None:
        draft = self._path / "tmp" / f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path / "new" / name)
        folder = os.open(self._path / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _newest(self, to: str | None, before: str | None, limit: int, reader: str | None) -> list[StoredMail]:
        ending = "" if to is None else f".{_digest(to)}"
        places = [
            (entry.stat().st_mtime_ns, Path(entry.path))
            for folder in ("new", "cur")
            for entry in os.scandir(self._path / folder)
            if entry.name.partition(":")[0].endswith(ending)
            and (reader is None or _reader_in(entry.name.partition(":")[0]) in (_NOBODY, _reader(reader)))
        ]
        if before is not None:
            time, _, name = before.partition(".")
            places = [place for place in places if (place[0], _name(place[1])) < (int(time), name)]
        places.sort(key=lambda place: (place[0], _name(place[1])), reverse=True)
        return [_stored(time, path) for time, path in places[:limit]]


def _name(path: Path) -> str:
    return path.name.partition(":")[0]  # a mail program adds flags behind a colon


def _digest(address: str) -> str:
    return hashlib.sha256(parseaddr(address)[1].lower().encode()).hexdigest()[:16]


def _reader(reader: str | None) -> str:
    return _NOBODY if reader is None else hashlib.sha256(reader.encode()).hexdigest()[:16]


def _reader_in(name: str) -> str | None:
    """The digest of the person in a file's name; None in one of before there was any: whose it was is not known."""
    parts = name.rsplit(".", 2)
    return parts[1] if len(parts) == 3 and (parts[1] == _NOBODY or len(parts[1]) == 16) else None


def _stored(time: int, path: Path) -> StoredMail:
    # As text: the address of a recipient may be in UTF-8, all else is ASCII.
    message = Parser(policy=policy.default).parsestr(path.read_bytes().decode(errors="replace"))
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return StoredMail(
        cursor=f"{time}.{_name(path)}",
        message_id=str(message["Message-ID"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=datetime.fromtimestamp(time / 1e9, UTC),
        text=_text(text),
        html=_text(html),
    )


def _text(part: MIMEPart | None) -> str:
    return part.get_content().replace("\r\n", "\n") if part else ""  # mail ends its lines with both

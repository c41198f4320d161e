"""What reads texts, given endless made-up ones. Long because every promise stands beside what is made up for it.

Each target is a strategy and a promise that holds of every text, file or mail that people and other programs could have
written; `make fuzz` tries them. A find becomes a file in `tests/fuzz/found`, and stays there as a test.
"""

import argparse
import csv
import io
import json
import random
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from email import header, message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kernel.adapters import mail_fields, mime
from kernel.ports.mailer import Mail
from task_service.domain.capture import Board, Person, Target, capture
from task_service.domain.query import BadQuery, parse
from task_service.mentions import mentioned
from taskledger.imports.choices import Choices
from taskledger.imports.model import BadFile, Draft
from taskledger.imports.read import read
from testkit.words import HOSTILE

ROOT: Final = Path(__file__).resolve().parents[4]
FILES: Final = ROOT / "deploy" / "embedded" / "tests" / "imports"

# --- texts ---

_WORDS: Final = st.sampled_from(
    (
        *HOSTILE,
        "@Ann Lee",
        "@김민수",
        "`code`",
        "[a](b)",
        "**",
        "\\@Ann",
        "내일",
        "fri",
        "status:",
        '"',
        "due<7d",
        "&amp;",
    )
)
TEXTS: Final = st.lists(st.text(max_size=30) | _WORDS, max_size=6).map(" ".join)
_PLAIN: Final = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")
LINES: Final = st.text(_PLAIN, min_size=1, max_size=60).map(lambda t: unicodedata.normalize("NFC", " ".join(t.split())))
"""One line as it is stored: trimmed, NFC, single spaces, nothing unseen."""


def _visible(text: str) -> bool:
    return any(character.isalnum() for character in text)


# --- files ---


def _sound(draft: Draft) -> None:
    names = {status.name for status in draft.statuses}
    for task in draft.tasks:
        assert task.title.strip(), "a task without a title"
        assert task.source, "a task that cannot be known again"
        assert task.status == "" or task.status in names, "a status that is none of the board's"
        for text in (task.title, task.description, *task.labels, *(comment.body for comment in task.comments)):
            text.encode()
            assert "\x00" not in text, "a control character"


def opened(raw: bytes, name: str) -> Draft | None:
    """The draft of a file, which is sound, or None for one that is refused."""
    try:
        draft = read(raw, name, Choices())
    except BadFile:
        return None
    _sound(draft)
    return draft


def _files() -> Sequence[Path]:
    return sorted(path for folder in ("files", "small") for path in (FILES / folder).iterdir())


def _changed(file: Path, chance: random.Random) -> bytes:
    """A real file with a few things done to it, as programs and people do."""
    raw = file.read_bytes()
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randint(0, len(raw)) for _ in range(2))
        end = min(end, at + 40)
        match chance.randint(0, 5):
            case 0:
                raw = raw[:at] + raw[end:]
            case 1:
                raw = raw[:end] + raw[at:]
            case 2:
                other = chance.choice(_files()).read_bytes()
                raw = raw[:at] + other[at : at + 60] + raw[end:]
            case 3:
                odd = (
                    '"',
                    "\n",
                    "\r",
                    ";",
                    "\t",
                    ",",
                    "\ufeff",
                    "\0",
                    "null",
                    "{}",
                    "[]",
                    "-1",
                    "1e999",
                    "가",
                    "\\ud800",
                )
                raw = raw[:at] + chance.choice(odd).encode() + raw[end:]
            case 4:
                raw = raw[:at]
            case _:
                with suppress(UnicodeError):
                    raw = raw.decode().encode(chance.choice(("utf-16", "cp949", "shift-jis", "cp1252", "utf-8-sig")))
    return raw


def a_changed_file(given_: tuple[str, int]) -> None:
    """Whatever was done to a file, it is read, asked about or refused."""
    name, chance = given_
    file = next(path for path in _files() if path.name == name)
    opened(_changed(file, random.Random(chance)), name)


def a_table(given_: tuple[list[tuple[str, str]], str, str, bool]) -> None:
    """Titles and descriptions come out of a table as they were put into it, whatever its form."""
    rows, delimiter, encoding, carriage = given_
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, lineterminator="\r" if carriage else "\r\n")
    writer.writerow(["ID", "Title", "Status", "Description"])
    for number, (title, description) in enumerate(rows, 1):
        writer.writerow([f"T-{number}", title, "To do", description])
    draft = opened(made.getvalue().encode(encoding), "table.csv")
    assert draft is not None
    assert not draft.left_out, draft.left_out
    assert [(task.title, task.description) for task in draft.tasks] == rows


def a_document(given_: list[tuple[str, str]]) -> None:
    """So they do out of a Trello board."""
    cards = [{"id": f"c{n}", "name": t, "desc": d, "idList": "l"} for n, (t, d) in enumerate(given_)]
    board = {"id": "b", "name": "B", "lists": [{"id": "l", "name": "To do"}], "cards": cards}
    draft = opened(json.dumps(board).encode(), "board.json")
    assert draft is not None
    assert [(task.title, task.description) for task in draft.tasks] == given_


# --- texts with a meaning ---

_TEAM: Final = (Person(id="ann", name="Ann Lee"), Person(id="minsu", name="김민수"))
_BOARD: Final = Board(
    today=date(2026, 12, 2),
    home=Target(id="home", key="APP", name="App", people=_TEAM, labels=("Docs", "bug")),
    others=(Target(id="web", key="WEB", name="Website"),),
)
_NAMES: Final = {person.id: person.name for person in _TEAM} | {"odd": "O'Brien (x)", "short": "김민"}


def a_text_with_mentions(text: str) -> None:
    """Only members are meant, each once; a line of their own means them; code means nobody."""
    found = mentioned(text, _NAMES)
    assert set(found) <= _NAMES.keys()
    assert len(set(found)) == len(found)
    assert "ann" in mentioned(f"@Ann Lee\n\n{text}", _NAMES)
    plain = text.replace("`", "").replace("\r", " ").replace("\n", " ")
    assert mentioned(f"`x {plain}`", _NAMES) == ()


def a_query(text: str) -> None:
    """A query is understood, or it is told where not."""
    try:
        parse(text)
    except BadQuery as fault:
        if not 0 <= fault.position <= len(text):
            raise AssertionError(f"told at {fault.position}") from fault


def a_captured_text(text: str) -> None:
    """Lines make tasks with titles; what was understood lies apart, within its line."""
    lines = text.split("\n")
    found = capture(text, _BOARD)
    for place, task in enumerate(found.tasks):
        assert task.title.strip()
        assert task.under is None or task.under < place
        end = 0
        for part in (part for part in found.parts if part.line == task.line):
            assert end <= part.start < part.end <= len(lines[task.line])
            end = part.end


def a_mail(given_: tuple[str, str, str]) -> None:
    """A subject, a name and a body arrive as they were written, and are never read as a field."""
    subject, name, body = given_
    subject = subject.replace("\r", " ").replace("\n", " ")
    sender = mime.sender(f'"{name.replace(chr(92), "").replace(chr(34), "")}" <board@example.org>')
    mail = Mail(id="m", to="kim@example.org", subject=subject, text=body, html=f"<p>{len(body)}</p>\n")
    raw = mime.message(mail, sender).content
    head = raw.partition(b"\r\n\r\n")[0]
    fields = {line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")}
    assert fields == _FIELDS, fields
    # Readers of old decode the words of a field; those of today parse the message. Both fold what comes between spaces.
    old = message_from_bytes(raw)
    assert _words(str(header.make_header(header.decode_header(old["Subject"] or "")))) == _words(
        mail_fields.one_line(subject)
    )
    new = message_from_bytes(raw, policy=policy.default)
    assert isinstance(new, EmailMessage)
    text = new.get_body(("plain",))
    assert text is not None
    wanted = mail_fields.shown(body).replace("\r\n", "\n").replace("\r", "\n")
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == wanted.rstrip("\n")
    assert [each.addr_spec for each in new["To"].addresses] == ["kim@example.org"]


_FIELDS: Final = {
    *("From", "To", "Subject", "Date", "Message-ID", "X-Taskledger-Id", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}


def _words(text: str) -> list[str]:
    return text.split()


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What is given, and what must hold of it."""

    values: SearchStrategy[Any]
    promise: Callable[[Any], None]


_ROWS: Final = st.lists(st.tuples(LINES.filter(_visible), LINES | st.just("")), min_size=1, max_size=6)
_MAIL_TEXT: Final = TEXTS.filter(lambda text: not any(0xD800 <= ord(character) < 0xE000 for character in text))

TARGETS: Final[dict[str, Fuzzed]] = {
    "changed-file": Fuzzed(
        st.tuples(st.sampled_from([path.name for path in _files()]), st.integers(0, 2**32)), a_changed_file
    ),
    "table": Fuzzed(
        st.tuples(_ROWS, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans()),
        a_table,
    ),
    "document": Fuzzed(_ROWS, a_document),
    "mentions": Fuzzed(TEXTS, a_text_with_mentions),
    "query": Fuzzed(TEXTS, a_query),
    "capture": Fuzzed(TEXTS, a_captured_text),
    "mail": Fuzzed(st.tuples(_MAIL_TEXT, LINES, _MAIL_TEXT), a_mail),
}


def hold(name: str, *, examples: int, begin: int) -> None:
    """Try so many values on a target. Raises what its promise raises, for the smallest value that was found."""
    target = TARGETS[name]

    @seed(begin)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(target.values)
    def holds(value: Any) -> None:
        try:
            target.promise(value)
        except BaseException:
            holds.failed = value  # type: ignore[attr-defined]
            raise

    try:
        holds()
    except BaseException as fault:
        raise Found(name, getattr(holds, "failed", None), fault) from fault


class Found(Exception):
    """A value of which a promise does not hold."""

    def __init__(self, name: str, value: Any, fault: BaseException) -> None:
        super().__init__(f"{name}: {value!r}: {type(fault).__name__}: {fault}")


def main() -> int:
    """Try until the time is over; how many values each target had, and what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--only", default="", help="targets whose name contains this")
    parser.add_argument("--begin", type=int, default=int(time.time()))
    options = parser.parse_args()
    names = [name for name in TARGETS if options.only in name]
    until = time.monotonic() + options.seconds
    tried, found = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    turn = options.begin
    while time.monotonic() < until:
        for name in names:
            turn += 1
            try:
                hold(name, examples=500, begin=turn)
            except Found as fault:
                found[name] += 1
                sys.stdout.write(f"{fault}\n")
            tried[name] += 500
    for name in names:
        sys.stdout.write(f"{name:<14} {tried[name]:>9,} tried, {found[name]} found\n")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

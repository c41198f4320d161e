"""What the formats of JSON documents share: columns by meaning, cards in order, people, lists of steps as Markdown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from html.parser import HTMLParser
from typing import Final

from contracts.project import Category, Color
from taskledger.imports.model import (
    MAX_PEOPLE,
    MAX_ROWS,
    BadFile,
    BadRow,
    Draft,
    DraftComment,
    DraftStatus,
    DraftTask,
    Fault,
    Person,
)
from taskledger.imports.reading.clean import clean, one_line
from taskledger.imports.reading.documents import Node
from taskledger.imports.understanding.columns import MORE
from taskledger.imports.understanding.meanings import meaning

EVERYTHING: Final = frozenset({"description", "status", "priority", "due", "labels", "people"})
"""Fields that a format knows of each task, empty or not."""


def column(name: str, *, key: str | None = None, done: bool = False, archived: bool = False) -> DraftStatus:
    """A status for a column of a board. `done`: the file says that what is in it is finished."""
    guess = meaning(name)
    category: Category = "done" if done else guess.category
    return DraftStatus(name=name, category=category, sure=done or guess.sure, key=key, archived=archived)


@dataclass(slots=True)
class Columns:
    """The columns of a board by their ids in the file. Two of one name are told apart."""

    statuses: list[DraftStatus] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, id_: str, name: str, *, done: bool = False, archived: bool = False) -> None:
        """One more column, behind the others."""
        name = one_line(name) or "(untitled)"
        taken = {status.name.casefold() for status in self.statuses}
        unique, count = name, 1
        while unique.casefold() in taken:
            count += 1
            unique = f"{name} ({count})"
        self.statuses.append(column(unique, done=done, archived=archived))
        self.names[id_] = unique


def each(nodes: Iterable[Node], draft: Draft, read: Callable[[Node], DraftTask | None]) -> None:
    """Read cards into a draft; those that cannot be read are left out, with the reason. Raises BadFile for too many."""
    seen: dict[str, str] = {}
    people: set[Person] = set()
    for count, node in enumerate(nodes, 1):
        if count > MAX_ROWS:
            raise BadFile(
                node.path,
                Fault("too_many_rows", f"is beyond the {MAX_ROWS:,} cards that one import takes", str(MAX_ROWS)),
            )
        try:
            task = read(node)
            if task is None:
                continue
            task = _with_start(task)
            if task.source in seen:
                raise BadRow(node.path, Fault("same_id", f"has the id of {seen[task.source]}", seen[task.source]))
        except BadRow as fault:
            draft.leave_out(fault)
            continue
        seen[task.source] = node.path
        people.update(task.people)
        if len(people) > MAX_PEOPLE:
            raise BadFile(
                node.path,
                Fault(
                    "too_many_people",
                    f"names more than the {MAX_PEOPLE:,} people that one import takes",
                    str(MAX_PEOPLE),
                ),
            )
        draft.tasks.append(task)


def _with_start(task: DraftTask) -> DraftTask:
    """A start that formats keep as text is a field where tasks have one."""
    start = dict(task.kept).get("Start", "")
    if "start" not in MORE or not start:
        return task
    return replace(
        task,
        more={**task.more, "start": date.fromisoformat(start)},
        kept=[entry for entry in task.kept if entry[0] != "Start"],
        says=task.says | {"start"},
    )


def in_order(nodes: Iterable[Node], *names: str) -> list[Node]:
    """Nodes by the first of these numbers; those without stand as they did."""

    def place(node: Node) -> float:
        for name in names:
            try:
                if node.has(name):
                    return node.number(name)
            except BadRow:
                continue
        return 0.0

    return sorted(nodes, key=place)


def ids_of(node: Node, name: str) -> Iterator[str]:
    """Ids in an array, whether they stand there alone or in objects."""
    for path, value in node.items(name):
        if isinstance(value, str | int):
            yield str(value)
        else:
            yield Node.of(value, path).needed("id", "_id", "userId")


def checklist(name: str, items: Iterable[tuple[bool, str, Sequence[str]]]) -> str:
    """A list of steps in Markdown: whether done, text, remarks."""
    lines = []
    for done, text, remarks in items:
        more = f" ({', '.join(remarks)})" if remarks else ""
        lines.append(f"- [{'x' if done else ' '}] {one_line(text)}{more}")
    return "\n".join([f"### {one_line(name) or 'Checklist'}", "", *lines]) if lines else ""


def described(*parts: str) -> str:
    """Paragraphs that are not empty."""
    return "\n\n".join(part for part in (clean(part).strip() for part in parts) if part)


def comment(source: str, body: str, author: str, at: datetime | None, fallback: datetime) -> DraftComment | None:
    """A comment; None if it says nothing."""
    body = clean(body).strip()
    if not body:
        return None
    return DraftComment(source=source, body=body, author=one_line(author)[:100], written_at=at or fallback)


def day_of(at: datetime | None, zone: tzinfo) -> str:
    """A day in the zone as ISO text; "" for none."""
    return at.astimezone(zone).date().isoformat() if at else ""


COLORS: Final[Mapping[str, Color]] = {
    "green": "green",
    "lime": "green",
    "forest": "green",
    "yellow": "yellow",
    "gold": "yellow",
    "orange": "orange",
    "red": "red",
    "crimson": "red",
    "purple": "purple",
    "violet": "purple",
    "indigo": "purple",
    "plum": "purple",
    "blue": "blue",
    "navy": "blue",
    "sky": "teal",
    "teal": "teal",
    "cyan": "teal",
    "turquoise": "teal",
    "mint": "teal",
    "pink": "pink",
    "magenta": "pink",
    "peach": "orange",
    "brown": "orange",
    "black": "gray",
    "grey": "gray",
    "gray": "gray",
    "silver": "gray",
    "slate": "gray",
}
"""Colours of others by their nearest here."""


def color(name: str) -> Color | None:
    """Our nearest colour: of a name as `green_dark` or `berry-red`, or of `#rrggbb`."""
    text = name.strip().lower()
    digits = text.lstrip("#")
    if len(digits) == 6 and all(digit in "0123456789abcdef" for digit in digits):
        return _nearest(int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    for part in [text.split("_")[0], *reversed(text.replace("_", "-").split("-"))]:
        if part in COLORS:
            return COLORS[part]
    return None


def _nearest(red: int, green: int, blue: int) -> Color:
    most, least = max(red, green, blue), min(red, green, blue)
    if most - least < 40:
        return "gray"
    spread = most - least
    if most == red:
        hue = (60 * (green - blue) / spread) % 360
    elif most == green:
        hue = 60 * (blue - red) / spread + 120
    else:
        hue = 60 * (red - green) / spread + 240
    steps: tuple[tuple[int, Color], ...] = (
        (15, "red"),
        (42, "orange"),
        (70, "yellow"),
        (160, "green"),
        (200, "teal"),
        (255, "blue"),
        (290, "purple"),
        (345, "pink"),
        (361, "red"),
    )
    return next(name for end, name in steps if hue < end)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            checked = dict(attrs).get("data-checked")
            self.parts.append("\n- " if checked is None else f"\n- [{'x' if checked == 'true' else ' '}] ")
        elif tag in ("p", "br", "div", "h1", "h2", "h3", "h4", "tr", "ul", "ol", "blockquote"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of_html(html: str) -> str:
    """HTML as plain text, list items with a dash; text without tags stays as it is."""
    if "<" not in html or ">" not in html:
        return html
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = [line.rstrip() for line in "".join(parser.parts).replace("\n- \n", "\n- ").split("\n")]
    kept = [line for at, line in enumerate(lines) if line.strip() or (at and lines[at - 1].strip())]
    return "\n".join(kept).strip()

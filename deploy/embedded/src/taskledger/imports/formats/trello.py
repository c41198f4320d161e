"""Trello's JSON of a board (Menu > Print, export and share > Export as JSON), with everything that is in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from contracts.project import Label
from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import BadRow, Draft, DraftComment, DraftStatus, DraftTask, Fault, Note, Person
from taskledger.imports.reading.clean import one_line
from taskledger.imports.reading.documents import Node

_ACTION_LIMIT: Final = 1000
"""Trello exports only the newest so many actions of a board, comments among them."""

_COMMENTS: Final = frozenset({"commentCard", "copyCommentCard"})
_OLD_CATEGORY: Final = 0.8


def _matches(document: Any) -> bool:
    return isinstance(document, dict) and {"lists", "cards"} <= document.keys() and "_format" not in document


def _made_at(id_: str) -> datetime | None:
    """When something was made: Trello's ids are those of MongoDB, which begin with the seconds since 1970."""
    if len(id_) != 24:
        return None
    try:
        return datetime.fromtimestamp(int(id_[:8], 16), UTC)
    except ValueError:
        return None


def read(document: Any, reading: Reading) -> Draft:
    """The board with its lists, labels and cards, and all that hangs on a card."""
    board = Node.of(document)
    draft = Draft(
        format="trello",
        source=f"trello:{board.needed('id')}",
        name=one_line(reading.choices.name or board.needed("name"))[:200],
        description=board.text("desc").strip(),
    )
    columns = parts.Columns()
    for node in parts.in_order(board.nodes("lists"), "pos"):
        columns.add(node.needed("id"), node.line("name"), archived=node.flag("closed"))
    cards = parts.in_order(board.nodes("cards"), "pos")
    reader = _Cards(board, draft, columns, reading)
    draft.labels = _labels(board)
    parts.each(cards, draft, reader.card)
    draft.statuses = _finished_lists(columns.statuses, draft.tasks)
    archived = [status.name for status in columns.statuses if status.archived]
    if archived:
        draft.notes.append(Note(code="archived_lists", what=", ".join(archived)))
    if draft.description:
        draft.notes.append(Note(code="board_description", what=draft.description[:300]))
    if sum(1 for _ in board.items("actions")) >= _ACTION_LIMIT:
        draft.notes.append(Note(code="trello_actions", what=str(_ACTION_LIMIT)))
    return draft


def _finished_lists(statuses: list[DraftStatus], tasks: list[DraftTask]) -> list[DraftStatus]:
    """A list whose name says nothing, but whose cards are marked complete, is for what is done."""
    marks: dict[str, list[bool]] = {}
    for task in tasks:
        marks.setdefault(task.status, []).append(task.done)
    return [
        parts.column(status.name, done=True, archived=status.archived)
        if not status.sure and (seen := marks.get(status.name)) and sum(seen) >= _OLD_CATEGORY * len(seen)
        else status
        for status in statuses
    ]


def _labels(board: Node) -> tuple[Label, ...]:
    found: dict[str, Label] = {}
    for node in board.nodes("labels"):
        name = one_line(_label_name(node))
        if name:
            found.setdefault(name, Label(name=name, color=parts.color(node.text("color"))))
    return tuple(found.values())


def _label_name(node: Node) -> str:
    """A label without a name is called by its colour."""
    return node.text("name") or node.text("color")


class _Cards:
    """Reads cards with what belongs to them and stands elsewhere in the file."""

    def __init__(self, board: Node, draft: Draft, columns: parts.Columns, reading: Reading) -> None:
        self._draft = draft
        self._columns = columns
        self._zone = reading.choices.zone
        self._archived = {status.name for status in columns.statuses if status.archived}
        self._people = {node.needed("id"): _person(node) for node in board.nodes("members")}
        self._labels = {node.text("id"): one_line(_label_name(node)) for node in board.nodes("labels")}
        self._checklists: dict[str, list[Node]] = {}
        for node in board.nodes("checklists"):
            self._checklists.setdefault(node.text("idCard"), []).append(node)
        self._custom = {node.text("id"): node for node in board.nodes("customFields")}
        self._comments: dict[str, list[DraftComment]] = {}
        self._made: dict[str, datetime] = {}
        self._moved: dict[str, datetime] = {}
        for node in board.nodes("actions"):
            try:
                self._action(node)
            except BadRow as fault:
                draft.leave_out(fault)

    def _action(self, node: Node) -> None:
        data = node.node("data")
        card = data.node("card") if data else None
        if data is None or card is None:
            return
        kind, id_ = node.text("type"), card.text("id")
        if kind in _COMMENTS:
            author = node.node("memberCreator")
            name = author.line("fullName", "username") if author else ""
            at = node.instant("date")
            found = parts.comment(node.needed("id"), data.text("text"), name or "Trello", at, datetime.now(UTC))
            if found:
                self._comments.setdefault(id_, []).append(found)
        elif kind in ("createCard", "copyCard", "emailCard", "convertToCardFromCheckItem"):
            if at := node.instant("date"):
                self._made[id_] = at
        elif kind == "updateCard" and (after := data.node("listAfter")):
            at = node.instant("date")
            if at and at > self._moved.get(f"{id_}\x00{after.text('id')}", datetime.min.replace(tzinfo=UTC)):
                self._moved[f"{id_}\x00{after.text('id')}"] = at
        elif kind == "updateCard" and card.value.get("dueComplete") is True and (at := node.instant("date")):
            self._moved[f"{id_}\x00complete"] = at

    def card(self, node: Node) -> DraftTask:
        """One card."""
        id_, list_id = node.needed("id"), node.needed("idList")
        status = self._columns.names.get(list_id)
        if status is None:
            raise BadRow(f"{node.path}.idList", Fault("no_list", f"there is no list {list_id!r}", str(list_id)))
        due = node.instant("due")
        done = node.flag("dueComplete")
        kept = list(self._kept(node))
        moved = self._moved.get(f"{id_}\x00complete") or self._moved.get(f"{id_}\x00{list_id}")
        return DraftTask(
            source=f"trello:{id_}",
            where=node.path,
            title=node.line("name") or "(untitled)",
            description=parts.described(node.text("desc"), *self._steps(id_)),
            status=status,
            done=done,
            due=due.astimezone(self._zone).date() if due else None,
            labels=tuple(self._card_labels(node)),
            people=tuple(self._members(node)),
            comments=sorted(self._comments.get(id_, []), key=lambda comment: comment.written_at),
            kept=kept,
            deleted=node.flag("closed") or status in self._archived,
            created_at=self._made.get(id_) or _made_at(id_),
            completed_at=moved or (node.instant("dateLastActivity") if done else None),
            says=parts.EVERYTHING - {"priority"},
        )

    def _card_labels(self, node: Node) -> list[str]:
        names = [one_line(_label_name(label)) for label in node.nodes("labels")]
        if not names:
            names = [self._labels.get(id_, "") for id_ in parts.ids_of(node, "idLabels")]
        return [name for name in names if name]

    def _members(self, node: Node) -> list[Person]:
        """Those who have the card. Of whom the board does not know any more there is an id alone."""
        return [person for id_ in parts.ids_of(node, "idMembers") if (person := self._people.get(id_))]

    def _steps(self, card_id: str) -> list[str]:
        return [
            parts.checklist(node.line("name"), map(self._step, parts.in_order(node.nodes("checkItems"), "pos")))
            for node in parts.in_order(self._checklists.get(card_id, []), "pos")
        ]

    def _step(self, item: Node) -> tuple[bool, str, list[str]]:
        remarks = []
        if due := item.instant("due"):
            remarks.append(f"due {parts.day_of(due, self._zone)}")
        if id_ := item.text("idMember"):
            person = self._people.get(id_)
            remarks.append(f"for {person.name}" if person else f"for {id_}")
        return item.text("state") == "complete", item.line("name"), remarks

    def _kept(self, node: Node) -> Iterator[tuple[str, str]]:
        if start := node.instant("start"):
            yield "Start", parts.day_of(start, self._zone)
        if node.flag("isTemplate") or node.text("cardRole") == "template":
            yield "Template", "yes"
        if node.flag("dueComplete"):
            yield "Complete", "yes"
        if address := node.line("address", "locationName"):
            yield "Place", address
        for item in node.nodes("customFieldItems"):
            field = self._custom.get(item.text("idCustomField"))
            if field and (text := self._value(item, field)):
                yield field.line("name") or "Field", text
        for file in node.nodes("attachments"):
            url = file.text("url")
            name = file.line("name", "fileName") or url
            if url or name:
                yield "Attachment", f"[{_in_link(name)}]({url})" if url.startswith(("https://", "http://")) else name

    def _value(self, item: Node, field: Node) -> str:
        if option := item.text("idValue"):
            for node in field.nodes("options"):
                if node.text("id") == option:
                    value = node.node("value")
                    return value.line("text") if value else ""
        value = item.node("value")
        if value is None:
            return ""
        if at := value.instant("date"):
            return parts.day_of(at, self._zone)
        if value.has("checked"):
            return "yes" if value.flag("checked") else ""
        return value.line("number", "text")


def _in_link(name: str) -> str:
    return name.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _person(node: Node) -> Person:
    username = node.line("username")
    return Person(name=(node.line("fullName") or username)[:200], username=username[:200])


FORMAT = DocumentFormat(name="trello", title="Trello", matches=_matches, read=read)

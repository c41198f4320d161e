"""Our own JSON (`taskledger export`): one board, or several. What it has is taken over without a guess."""

from typing import Any

from contracts.project import Label
from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import BadRow, Draft, DraftComment, DraftStatus, DraftTask, Fault, Person, Question
from taskledger.imports.reading.documents import Node
from taskledger.imports.understanding.dates import NoDate, moment
from taskledger.imports.understanding.priorities import priority

_CATEGORIES = ("waiting", "active", "done")


def _matches(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("projects"), list) and "boards" not in document


def read(document: Any, reading: Reading) -> Draft:
    """One board; which, is asked where there are several."""
    boards = list(Node.of(document).nodes("projects"))
    names = [f"{node.text('key')} ({node.line('name')})" for node in boards]
    draft = Draft(format="taskledger", source="", name=reading.name)
    if not boards:
        raise BadRow("$.projects", Fault("missing", "has no project"))
    chosen = reading.choices.board
    if len(boards) > 1 and chosen not in names:
        draft.questions.append(Question(kind="board", where="$.projects", options=names))
        return draft
    board = boards[names.index(chosen)] if chosen in names else boards[0]
    draft.source = f"taskledger:{board.needed('id')}"
    draft.name = reading.choices.name or board.line("name") or reading.name
    draft.key = board.text("key")
    people = {node.text("id"): node.line("name") for node in board.nodes("people")}
    draft.statuses = [_status(node) for node in board.nodes("statuses")]
    draft.labels = tuple(
        Label(name=name, color=parts.color(node.text("color")))
        for node in board.nodes("labels")
        if (name := node.line("name"))
    )
    keys = {status.key or "": status.name for status in draft.statuses}

    def person(id_: str) -> Person:
        return Person(name=people.get(id_) or id_, user_id=id_)

    def comment(node: Node) -> DraftComment | None:
        at = node.instant("created_at")
        body, gone = node.text("body"), node.flag("deleted")
        if at is None or (not body.strip() and not gone):
            return None
        author = node.text("author")
        name = node.line("author_name") or people.get(author) or author
        return DraftComment(
            source=node.needed("id"),
            body=body,
            author=name[:100],
            author_id=author or None,
            written_at=at,
            deleted=gone,
        )

    def task(node: Node) -> DraftTask:
        due, status = node.text("due"), node.text("status")
        try:
            day = moment(due, reading.choices.zone).day if due else None
        except NoDate as error:
            raise BadRow(f"{node.path}.due", Fault("not_a_date", str(error), due)) from error
        return DraftTask(
            source=f"taskledger:{node.needed('id')}",
            where=node.path,
            title=node.line("title") or "(untitled)",
            description=node.text("description"),
            status=keys.get(status, status),
            priority=priority(node.text("priority")) or "none",
            due=day,
            labels=tuple(str(value) for _, value in node.items("labels")),
            people=tuple(person(str(value)) for _, value in node.items("assignees")),
            comments=[found for entry in node.nodes("comments") if (found := comment(entry))],
            deleted=node.flag("deleted"),
            created_at=node.instant("created_at"),
            completed_at=node.instant("completed_at"),
            key=node.text("key"),
            rank=node.text("rank"),
            says=parts.EVERYTHING,
        )

    parts.each(sorted(board.nodes("tasks"), key=lambda node: node.text("rank")), draft, task)
    # A task keeps the status that its board has lost until somebody moves it: it has a column again.
    named = {status.name for status in draft.statuses}
    gone = dict.fromkeys(task.status for task in draft.tasks if task.status and task.status not in named)
    draft.statuses.extend(parts.column(name) for name in gone)
    return draft


def _status(node: Node) -> DraftStatus:
    category = node.text("category")
    if category not in _CATEGORIES:
        raise BadRow(f"{node.path}.category", Fault("wrong_kind", f"must be one of {', '.join(_CATEGORIES)}"))
    return DraftStatus(
        name=node.line("name"),
        category=category,  # type: ignore[arg-type]
        sure=True,
        key=node.text("key"),
        color=parts.color(node.text("color")),
    )


FORMAT = DocumentFormat(name="taskledger", title="Taskledger", matches=_matches, read=read)

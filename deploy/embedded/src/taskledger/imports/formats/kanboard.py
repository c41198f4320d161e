"""Kanboard's JSON: the answers of its API `getBoard` (swimlanes with columns) and `getAllTasks`."""

from collections.abc import Iterator
from typing import Any

from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import Draft, DraftTask, Person
from taskledger.imports.reading.documents import Node
from taskledger.imports.understanding.priorities import priority

_SCALE = {"0": "none", "1": "low", "2": "medium", "3": "high", "4": "urgent"}


def _inner(document: Any) -> Any:
    return document.get("result") if isinstance(document, dict) and "result" in document else document


def _matches(document: Any) -> bool:
    entries = _inner(document)
    if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict):
        return False
    return {"columns", "nb_columns"} & entries[0].keys() != set() or {"column_id", "swimlane_id"} <= entries[0].keys()


def read(document: Any, reading: Reading) -> Draft:
    """The tasks of a board's columns, or of a list of tasks, whose columns are known by number alone."""
    draft = Draft(format="kanboard", source="", name=reading.choices.name or reading.name or "Kanboard")
    board = Node({"entries": _inner(document)})
    columns = parts.Columns()
    found = list(_cards(board, columns))
    for node in found:
        column = node.text("column_id")
        if column not in columns.names:
            columns.add(column, node.line("column_name", "column_title") or f"Column {column}")
    if found and (project := found[0].text("project_id")):
        draft.source = f"kanboard:{project}"

    def task(node: Node) -> DraftTask:
        due = node.instant("date_due")
        kept = [("Start", parts.day_of(node.instant("date_started"), reading.choices.zone))]
        kept.append(("Swimlane", node.line("swimlane_name")))
        tags = node.value.get("tags") or []
        names = [
            tag.get("name") if isinstance(tag, dict) else tag
            for tag in (tags.values() if isinstance(tags, dict) else tags)
        ]
        category = node.line("category_name")
        people = node.line("assignee_name", "assignee_username")
        return DraftTask(
            source=f"kanboard:{node.needed('id')}",
            where=node.path,
            title=node.line("title") or "(untitled)",
            description=node.text("description").strip(),
            status=columns.names.get(node.text("column_id"), ""),
            done=node.has("is_active") and not node.flag("is_active"),
            priority=priority(node.text("priority"), _SCALE) or "none",  # type: ignore[arg-type]
            due=due.astimezone(reading.choices.zone).date() if due else None,
            labels=tuple(str(name) for name in [category, *names] if name),
            people=(Person(name=people, username=node.line("assignee_username")),) if people else (),
            kept=[entry for entry in kept if entry[1]],
            created_at=node.instant("date_creation"),
            completed_at=node.instant("date_completed"),
            says=parts.EVERYTHING,
        )

    parts.each(found, draft, task)
    draft.statuses = columns.statuses
    return draft


def _cards(board: Node, columns: parts.Columns) -> Iterator[Node]:
    for entry in board.nodes("entries"):
        if not entry.has("columns"):
            yield entry
            continue
        for column in parts.in_order(entry.nodes("columns"), "position"):
            if column.text("id") not in columns.names:
                columns.add(column.text("id"), column.line("title"))
            yield from parts.in_order(column.nodes("tasks"), "position")


FORMAT = DocumentFormat(name="kanboard", title="Kanboard", matches=_matches, read=read)

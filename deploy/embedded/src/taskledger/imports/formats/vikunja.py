"""Vikunja's export (`data.json` of the archive that Settings > Export makes): projects with their tasks and buckets."""

from datetime import UTC, datetime
from typing import Any

from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import Draft, DraftTask, Person, Question
from taskledger.imports.reading.documents import Node
from taskledger.imports.understanding.priorities import priority

_SCALE = {"0": "none", "1": "low", "2": "medium", "3": "high", "4": "urgent", "5": "urgent"}


def _matches(document: Any) -> bool:
    first = document[0] if isinstance(document, list) and document else document
    return (
        isinstance(first, dict) and "title" in first and isinstance(first.get("tasks"), list) and "stacks" not in first
    )


def read(document: Any, reading: Reading) -> Draft:
    """One project; which, is asked where there are several with tasks."""
    root = Node({"projects": document if isinstance(document, list) else [document]})
    every = list(root.nodes("projects"))
    projects = [node for node in every if any(True for _ in node.items("tasks"))] or every
    names = [node.line("title") or node.text("id") for node in projects]
    draft = Draft(format="vikunja", source="", name=reading.choices.name or reading.name)
    chosen = reading.choices.board
    if len(projects) > 1 and chosen not in names:
        draft.questions.append(Question(kind="board", where="$", options=names))
        return draft
    project = projects[names.index(chosen)] if chosen in names else projects[0]
    draft.source = f"vikunja:{project.text('id')}"
    draft.name = reading.choices.name or project.line("title") or reading.name
    draft.description = parts.text_of_html(project.text("description"))
    columns = parts.Columns()
    for node in parts.in_order(project.nodes("buckets"), "position"):
        columns.add(node.text("id"), node.line("title"))

    def task(node: Node) -> DraftTask:
        id_, due = node.needed("id"), node.instant("due_date")
        kept = [
            ("Start", parts.day_of(node.instant("start_date"), reading.choices.zone)),
            ("End", parts.day_of(node.instant("end_date"), reading.choices.zone)),
        ]
        comments = []
        for entry in node.nodes("comments"):
            author = entry.node("author")
            name = author.line("name", "username") if author else ""
            text = parts.text_of_html(entry.text("comment"))
            at = entry.instant("created")
            comments.append(parts.comment(entry.text("id"), text, name or "Vikunja", at, datetime.now(UTC)))
        return DraftTask(
            source=f"vikunja:{id_}",
            where=node.path,
            title=node.line("title") or "(untitled)",
            description=parts.text_of_html(node.text("description")),
            status=columns.names.get(node.text("bucket_id"), ""),
            done=node.flag("done"),
            priority=priority(node.text("priority"), _SCALE) or "none",  # type: ignore[arg-type]
            due=due.astimezone(reading.choices.zone).date() if due else None,
            labels=tuple(name for label in node.nodes("labels") if (name := label.line("title"))),
            people=tuple(
                Person(name=user.line("name", "username"), username=user.line("username"))
                for user in node.nodes("assignees")
                if user.line("name", "username")
            ),
            comments=[comment for comment in comments if comment],
            kept=[entry for entry in kept if entry[1]],
            created_at=node.instant("created"),
            completed_at=node.instant("done_at"),
            says=parts.EVERYTHING,
        )

    parts.each(parts.in_order(project.nodes("tasks"), "position", "index"), draft, task)
    draft.statuses = columns.statuses
    return draft


FORMAT = DocumentFormat(name="vikunja", title="Vikunja", matches=_matches, read=read)

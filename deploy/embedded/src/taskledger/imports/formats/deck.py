"""Nextcloud Deck's JSON: `occ deck:export` (boards of a person) or one board as the API gives it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from contracts.project import Label
from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import Draft, DraftTask, Person, Question
from taskledger.imports.reading.documents import Node


def _boards(document: Any) -> Any:
    if isinstance(document, dict) and "boards" in document:
        document = document["boards"]
    entries = list(document.values()) if isinstance(document, dict) and "stacks" not in document else document
    return entries if isinstance(entries, list) else [entries]


def _matches(document: Any) -> bool:
    if not isinstance(document, dict | list):
        return False
    entries = _boards(document)
    return bool(entries) and isinstance(entries[0], dict) and "stacks" in entries[0]


def read(document: Any, reading: Reading) -> Draft:
    """One board; which, is asked where there are several."""
    boards = list(Node({"boards": _boards(document)}).nodes("boards"))
    names = [node.line("title") or node.text("id") for node in boards]
    draft = Draft(format="deck", source="", name=reading.choices.name or reading.name)
    chosen = reading.choices.board
    if len(boards) > 1 and chosen not in names:
        draft.questions.append(Question(kind="board", where="$.boards", options=names))
        return draft
    board = boards[names.index(chosen)] if chosen in names else boards[0]
    draft.source = f"deck:{board.text('id')}"
    draft.name = reading.choices.name or board.line("title") or reading.name
    draft.labels = tuple(
        Label(name=name, color=parts.color(node.text("color")))
        for node in board.nodes("labels")
        if (name := node.line("title"))
    )
    columns = parts.Columns()
    cards: list[tuple[str, Node]] = []
    for stack in parts.in_order(board.nodes("stacks"), "order"):
        columns.add(stack.text("id"), stack.line("title"), archived=bool(stack.number("deletedAt")))
        cards += [(stack.text("id"), node) for node in parts.in_order(stack.nodes("cards"), "order")]
    stands = {node.path: stack for stack, node in cards}

    def card(node: Node) -> DraftTask:
        due = node.instant("duedate")
        done = node.value.get("done")
        comments = [
            parts.comment(
                entry.text("id"),
                entry.text("message"),
                entry.line("actorDisplayName", "actorId") or "Deck",
                entry.instant("creationDateTime"),
                datetime.now(UTC),
            )
            for entry in node.nodes("comments")
        ]
        return DraftTask(
            source=f"deck:{node.needed('id')}",
            where=node.path,
            title=node.line("title") or "(untitled)",
            description=node.text("description").strip(),
            status=columns.names[stands[node.path]],
            done=done not in (None, False, ""),
            due=due.astimezone(reading.choices.zone).date() if due else None,
            labels=tuple(name for label in node.nodes("labels") if (name := label.line("title"))),
            people=tuple(_people(node)),
            comments=[comment for comment in comments if comment],
            kept=[
                ("Attachment", file.line("data", "name"))
                for file in node.nodes("attachments")
                if file.line("data", "name")
            ],
            deleted=node.flag("archived") or bool(node.number("deletedAt")),
            created_at=node.instant("createdAt"),
            completed_at=node.instant("done") if isinstance(done, str) else None,
            says=parts.EVERYTHING - {"priority"},
        )

    parts.each((node for _, node in cards), draft, card)
    draft.statuses = columns.statuses
    return draft


def _people(node: Node) -> Iterator[Person]:
    for path, entry in node.items("assignedUsers"):
        user = Node.of(entry, path)
        raw = user.value.get("participant")
        if isinstance(raw, dict):
            participant = Node.of(raw, f"{path}.participant")
            yield Person(name=participant.line("displayname", "uid"), username=participant.line("uid"))
        elif isinstance(raw, str):
            yield Person(name=raw, username=raw)


FORMAT = DocumentFormat(name="deck", title="Nextcloud Deck", matches=_matches, read=read)

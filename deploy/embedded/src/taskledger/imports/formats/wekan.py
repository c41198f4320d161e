"""WeKan's JSON of a board (board menu > Export board)."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from contracts.project import Label
from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import Draft, DraftTask, Person
from taskledger.imports.reading.documents import Node


def _matches(document: Any) -> bool:
    return isinstance(document, dict) and str(document.get("_format", "")).startswith("wekan")


def read(document: Any, reading: Reading) -> Draft:
    """The board's lists and cards."""
    board = Node.of(document)
    draft = Draft(
        format="wekan",
        source=f"wekan:{board.text('_id')}",
        name=reading.choices.name or board.line("title") or reading.name,
        description=board.text("description"),
    )
    columns = parts.Columns()
    for node in parts.in_order(board.nodes("lists"), "sort"):
        columns.add(node.needed("_id"), node.line("title"), archived=node.flag("archived"))
    hidden = {status.name for status in columns.statuses if status.archived}
    labels = {node.needed("_id"): node for node in board.nodes("labels")}
    names = {id_: node.line("name") or node.line("color") for id_, node in labels.items()}
    draft.labels = tuple(
        Label(name=names[id_], color=parts.color(node.text("color"))) for id_, node in labels.items() if names[id_]
    )
    fields = {node.needed("_id"): node for node in board.nodes("customFields")}
    people = {node.needed("_id"): _person(node) for node in board.nodes("users")}
    by_card: dict[str, dict[str, list[Node]]] = {}
    for kind in ("comments", "checklists", "attachments"):
        by_card[kind] = defaultdict(list)
        for node in board.nodes(kind):
            by_card[kind][node.text("cardId")].append(node)
    steps: dict[str, list[Node]] = defaultdict(list)
    for node in board.nodes("checklistItems"):
        steps[node.text("checklistId")].append(node)

    def lists(id_: str) -> list[str]:
        found = []
        for node in parts.in_order(by_card["checklists"][id_], "sort"):
            items = [*node.nodes("items"), *steps[node.text("_id")]]
            found.append(
                parts.checklist(
                    node.line("title"),
                    [(item.flag("isFinished"), item.line("title"), ()) for item in parts.in_order(items, "sort")],
                )
            )
        return found

    def kept(node: Node) -> list[tuple[str, str]]:
        found = [("Start", parts.day_of(node.instant("startAt"), reading.choices.zone))]
        for item in node.nodes("customFields"):
            field = fields.get(item.text("_id"))
            value = item.value.get("value")
            if field and isinstance(value, str | int | float) and value not in ("", False):
                found.append((field.line("name") or "Field", "yes" if value is True else str(value)))
        found += [("Attachment", file.line("name")) for file in by_card["attachments"][node.text("_id")]]
        return [entry for entry in found if entry[1]]

    def card(node: Node) -> DraftTask:
        id_, due = node.needed("_id"), node.instant("dueAt")
        status = columns.names.get(node.text("listId"), "")
        who = dict.fromkeys([*parts.ids_of(node, "assignees"), *parts.ids_of(node, "members")])
        comments = [
            parts.comment(
                entry.needed("_id"),
                entry.text("text"),
                person.name if (person := people.get(entry.text("userId"))) else "WeKan",
                entry.instant("createdAt"),
                datetime.now(UTC),
            )
            for entry in by_card["comments"][id_]
        ]
        return DraftTask(
            source=f"wekan:{id_}",
            where=node.path,
            title=node.line("title") or "(untitled)",
            description=parts.described(node.text("description"), *lists(id_)),
            status=status,
            done=node.has("endAt"),
            due=due.astimezone(reading.choices.zone).date() if due else None,
            labels=tuple(name for label in parts.ids_of(node, "labelIds") if (name := names.get(label, ""))),
            people=tuple(person for user in who if (person := people.get(user))),
            comments=sorted((found for found in comments if found), key=lambda comment: comment.written_at),
            kept=kept(node),
            deleted=node.flag("archived") or status in hidden,
            created_at=node.instant("createdAt"),
            completed_at=node.instant("endAt"),
            says=parts.EVERYTHING - {"priority"},
        )

    parts.each(parts.in_order(board.nodes("cards"), "sort"), draft, card)
    draft.statuses = columns.statuses
    return draft


def _person(node: Node) -> Person:
    profile = node.node("profile")
    username = node.line("username")
    return Person(name=(profile.line("fullname") if profile else "") or username, username=username)


FORMAT = DocumentFormat(name="wekan", title="WeKan", matches=_matches, read=read)

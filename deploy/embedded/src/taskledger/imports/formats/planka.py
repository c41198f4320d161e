"""Planka's JSON of a board, as its API gives it: an `item` with everything else `included`."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from contracts.project import Label
from taskledger.imports.formats import parts
from taskledger.imports.formats.base import DocumentFormat, Reading
from taskledger.imports.model import Draft, DraftTask, Person
from taskledger.imports.reading.documents import Node


def _matches(document: Any) -> bool:
    included = document.get("included") if isinstance(document, dict) else None
    return isinstance(included, dict) and {"lists", "cards"} <= included.keys()


def read(document: Any, reading: Reading) -> Draft:
    """The board's lists and cards."""
    root = Node.of(document)
    item, here = root.node("item") or root, Node.of(document["included"], "$.included")
    draft = Draft(
        format="planka",
        source=f"planka:{item.text('id')}",
        name=reading.choices.name or item.line("name") or reading.name,
    )
    columns = parts.Columns()
    hidden = set()
    for node in parts.in_order(here.nodes("lists"), "position"):
        kind = node.text("type")
        archived = kind in ("archive", "trash")
        columns.add(node.needed("id"), node.line("name") or kind or "List", done=kind == "closed", archived=archived)
        if archived:
            hidden.add(node.text("id"))
    labels = {node.needed("id"): node for node in here.nodes("labels")}
    users = {node.needed("id"): node for node in here.nodes("users")}
    names = {id_: node.line("name") or node.line("color") for id_, node in labels.items()}
    draft.labels = tuple(
        Label(name=names[id_], color=parts.color(node.text("color"))) for id_, node in labels.items() if names[id_]
    )
    of_card = {kind: _by_card(here, kind) for kind in ("cardLabels", "cardMemberships", "attachments", "comments")}
    lists = {node.text("id"): node.text("cardId") for node in here.nodes("taskLists")}
    tasks: dict[str, list[Node]] = defaultdict(list)
    for node in here.nodes("tasks"):
        tasks[node.text("cardId") or lists.get(node.text("taskListId"), "")].append(node)

    def person(id_: str) -> Person | None:
        user = users.get(id_)
        return Person(name=user.line("name", "username"), username=user.line("username")) if user else None

    def card(node: Node) -> DraftTask:
        id_, due = node.needed("id"), node.instant("dueDate")
        steps = [(step.flag("isCompleted"), step.line("name"), ()) for step in parts.in_order(tasks[id_], "position")]
        people = [person(entry.text("userId")) for entry in of_card["cardMemberships"][id_]]
        comments = [
            parts.comment(
                entry.needed("id"),
                entry.text("text"),
                found.name if (found := person(entry.text("userId"))) else "Planka",
                entry.instant("createdAt"),
                datetime.now(UTC),
            )
            for entry in of_card["comments"][id_]
        ]
        return DraftTask(
            source=f"planka:{id_}",
            where=node.path,
            title=node.line("name") or "(untitled)",
            description=parts.described(node.text("description"), parts.checklist("Tasks", steps)),
            status=columns.names.get(node.text("listId"), ""),
            done=node.flag("isDueDateCompleted") or node.flag("isDueCompleted"),
            due=due.astimezone(reading.choices.zone).date() if due else None,
            labels=tuple(n for entry in of_card["cardLabels"][id_] if (n := names.get(entry.text("labelId"), ""))),
            people=tuple(found for found in people if found),
            comments=[found for found in comments if found],
            kept=[
                ("Attachment", f"{file.line('name')} {file.text('url')}".strip())
                for file in of_card["attachments"][id_]
            ],
            deleted=node.text("listId") in hidden,
            created_at=node.instant("createdAt"),
            says=parts.EVERYTHING - {"priority"},
        )

    parts.each(parts.in_order(here.nodes("cards"), "position"), draft, card)
    draft.statuses = columns.statuses
    return draft


def _by_card(here: Node, kind: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in here.nodes(kind):
        found[node.text("cardId")].append(node)
    return found


FORMAT = DocumentFormat(name="planka", title="Planka", matches=_matches, read=read)

"""Todoist's CSV (project > Export as a template): sections, tasks and notes are rows, sub-tasks are indented."""

import re
from collections.abc import Sequence

from taskledger.imports.formats.base import TableFormat
from taskledger.imports.reading.rows import Row

_TAG = re.compile(r"(?<!\S)@([^\s@]+)")


def _plain(rows: Sequence[Row], at_row: int) -> Sequence[Row]:
    """One row a task, with its section, its parent, its labels and its notes."""
    header = [cell.strip().upper() for cell in rows[at_row].cells]
    at = {name: index for index, name in enumerate(header)}

    def cell(row: Row, name: str) -> str:
        index = at.get(name, len(row.cells))
        return row.cells[index] if index < len(row.cells) else ""

    plain: list[tuple[str, list[str]]] = [(rows[at_row].where, [*header, "SECTION", "PARENT", "LABELS", "NOTE"])]
    notes: list[str] = []
    section, parents = "", list[str]()
    for row in rows[at_row + 1 :]:
        kind, content = cell(row, "TYPE").strip().lower(), cell(row, "CONTENT")
        if kind == "section":
            section, parents = content, []
        elif kind == "note" and len(plain) > 1:
            notes.append(content)
            plain[-1][1][-1] = "\n\n".join(notes)
        elif kind == "task" or (not kind and content):
            notes = []
            text = cell(row, "INDENT").strip()
            indent = int(text) if text.isdigit() else 1
            parents = parents[: indent - 1]
            labels = [] if "LABELS" in at else _TAG.findall(content)
            title = _TAG.sub("", content).strip() or content if labels else content
            cells = list(row.cells) + [""] * (len(header) - len(row.cells))
            cells[at["CONTENT"]] = title
            above = parents[-1] if parents else ""
            plain.append((row.where, [*cells, section, above, ",".join(labels), ""]))
            parents.append(title)
    return [Row(where, cells) for where, cells in plain]


FORMAT = TableFormat(
    name="todoist",
    title="Todoist",
    signs=(("TYPE", "CONTENT", "PRIORITY", "INDENT"),),
    columns={
        "TYPE": "",
        "CONTENT": "title",
        "RESPONSIBLE": "assignees",
        "DATE": "due",
        "DEADLINE": "keep",
        "AUTHOR": "",
        "DURATION": "",
        "SECTION": "section",
        "PARENT": "keep",
        "NOTE": "comment",
        "meta": "",
    },
    priorities={"1": "urgent", "2": "high", "3": "medium", "4": "none"},
    rows=_plain,
)

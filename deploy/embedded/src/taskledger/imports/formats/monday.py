"""Monday's workbook (board > Export board to Excel): the board's name, then each group with headings of its own.

Sub-items have headings of their own as well, and stand one cell further right.
"""

from collections.abc import Sequence

from taskledger.imports.formats.base import TableFormat
from taskledger.imports.reading.rows import Row


def _plain(rows: Sequence[Row], at: int) -> Sequence[Row]:
    """One row an item, with its group, and the item that it is part of."""
    header = [cell.strip() for cell in rows[at].cells]
    width = max((index for index, cell in enumerate(header) if cell), default=0) + 1
    plain = [Row(rows[at].where, [*header[:width], "Group", "Parent"])]
    # The first name is the board's; one that stands between it and the headings is a group's.
    group, above = (rows[at - 1].cells[0].strip(), "") if at > 1 else ("", "")
    below: list[str] | None = None
    for row in rows[at + 1 :]:
        cells = [cell.strip() for cell in row.cells]
        full = [cell for cell in cells if cell]
        if cells[:width] == header[:width]:
            below = None
        elif len(full) == 1 and cells[0] and width > 2:
            group, below = cells[0], None
        elif cells[0].casefold() in ("subitems", "하위 항목"):
            below = cells
        elif not cells[0] and below and len(cells) > 1 and cells[1]:
            fields = {name: row.cells[index] for index, name in enumerate(below) if name and index < len(row.cells)}
            fields[header[0]] = row.cells[1]
            plain.append(Row(row.where, [*(fields.get(name, "") for name in header[:width]), group, above]))
        elif cells[0]:
            below, above = None, row.cells[0]
            padded = [*row.cells[:width], *[""] * (width - len(row.cells))]
            plain.append(Row(row.where, [*padded, group, ""]))
    return plain


FORMAT = TableFormat(
    name="monday",
    title="Monday",
    signs=(
        ("Name", "Subitems", "Status"),
        ("Name", "Person", "Status"),
        ("Name", "Subitems"),
        ("Name", "Item ID (auto generated)"),
    ),
    columns={
        "Name": "title",
        "Subitems": "",
        "Person": "assignees",
        "People": "assignees",
        "Owner": "assignees",
        "Date": "due",
        "Timeline - Start": "start",
        "Timeline - End": "due",
        "Group": "section",
        "Parent": "keep",
        "Text": "keep",
        "Item ID (auto generated)": "id",
        "Item ID": "id",
    },
    statuses={"working on it": "active", "stuck": "active", "": "waiting"},
    separator=",",
    rows=_plain,
)

"""Trello's CSV (Premium). The JSON has more. A label stands with its colour: "food (green)"."""

import re
from collections.abc import Sequence

from taskledger.imports.formats.base import TableFormat
from taskledger.imports.reading.rows import Row

_COLOUR = re.compile(r"\s\((?:[a-z]+(?:_dark|_light)?|null)\)(?=,|$)")


def _plain(rows: Sequence[Row], at: int) -> Sequence[Row]:
    """Labels without their colours."""
    header = list(rows[at].cells)
    labels = header.index("Labels") if "Labels" in header else -1
    return [
        Row(row.where, [_COLOUR.sub("", cell) if index == labels else cell for index, cell in enumerate(row.cells)])
        for row in rows[at:]
    ]


FORMAT = TableFormat(
    name="trello-csv",
    title="Trello (CSV)",
    signs=(("Card ID", "Card Name", "List Name"),),
    columns={
        "Card ID": "id",
        "Card Name": "title",
        "Card Description": "description",
        "Card URL": "keep",
        "List Name": "section",
        "List ID": "",
        "Board ID": "",
        "Board Name": "",
        "Due Complete": "done",
        "Start Date": "start",
        "Attachment Links": "keep",
        "Checklists": "keep",
    },
    finishing=True,
    rows=_plain,
    separator=",",
)

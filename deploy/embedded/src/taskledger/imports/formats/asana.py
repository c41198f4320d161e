"""Asana's CSV (project > Export > CSV). The section is the column of the board; "Completed At" says what is done."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="asana",
    title="Asana",
    signs=(("Task ID", "Section/Column", "Name"), ("Task ID", "Completed At", "Name"), ("Section/Column", "Name")),
    columns={
        "Task ID": "id",
        "Name": "title",
        "Section/Column": "section",
        "Completed At": "completed",
        "Created At": "created",
        "Last Modified": "",
        "Assignee Email": "",
        "Notes": "description",
        "Projects": "",
        "Parent task": "keep",
        "Blocked By (Dependencies)": "keep",
        "Blocking (Dependencies)": "keep",
    },
    finishing=True,
    separator=",",
)

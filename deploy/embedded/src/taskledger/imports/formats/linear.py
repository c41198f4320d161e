"""Linear's CSV (workspace settings > Export)."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="linear",
    title="Linear",
    signs=(("ID", "Team", "Title", "Status"), ("ID", "Title", "Cycle Number")),
    columns={
        "ID": "id",
        "Team": "",
        "Project": "keep",
        "Creator": "",
        "Project ID": "",
        "Cycle Number": "",
        "Cycle Name": "keep",
        "Started": "",
        "Triaged": "",
        "Updated": "",
        "Completed": "completed",
        "Canceled": "",
        "Archived": "",
        "Parent issue": "keep",
        "Initiatives": "keep",
        "Project Milestone": "keep",
    },
    statuses={"triage": "waiting", "duplicate": "done", "canceled": "done"},
    separator=",",
)

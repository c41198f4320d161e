"""Our own CSV (`taskledger export --format csv`)."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="taskledger",
    title="Taskledger (CSV)",
    signs=(("key", "title", "description", "status", "priority", "due", "labels", "assignees", "created", "updated"),),
    columns={
        "key": "id",
        "assignee_ids": "assignee_ids",
        "updated": "",
        "status_category": "category",
    },
    separator=";",
    neutralised=True,
)

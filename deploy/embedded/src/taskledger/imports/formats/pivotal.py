"""Pivotal Tracker's CSV. There, a finished or delivered story has not been accepted yet."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="pivotal",
    title="Pivotal Tracker",
    signs=(("Id", "Title", "Current State"), ("Id", "Title", "Iteration", "Current State")),
    columns={
        "Id": "id",
        "Current State": "status",
        "Iteration": "",
        "Iteration Start": "",
        "Iteration End": "",
        "Type": "keep",
        "Estimate": "estimate",
        "Created at": "created",
        "Accepted at": "completed",
        "Deadline": "due",
        "Requested By": "",
        "Owned By": "assignees",
        "URL": "keep",
        "Task": "keep",
        "Task Status": "",
        "Blocker": "keep",
        "Blocker Status": "",
        "Review Type": "",
        "Reviewer": "",
        "Review Status": "",
    },
    statuses={
        "unscheduled": "waiting",
        "unstarted": "waiting",
        "planned": "waiting",
        "started": "active",
        "finished": "active",
        "delivered": "active",
        "rejected": "active",
        "accepted": "done",
    },
    separator=",",
)

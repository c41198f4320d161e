"""Kanboard's CSV (project > Export > Tasks). "Column" is the board's, "Status" says whether the task is closed."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="kanboard",
    title="Kanboard (CSV)",
    signs=(("Task Id", "Column", "Swimlane", "Title"), ("Task Id", "Reference", "Project", "Status")),
    columns={
        "Task Id": "id",
        "Reference": "keep",
        "Project": "",
        "Status": "state",
        "Column": "status",
        "Category": "labels",
        "Swimlane": "keep",
        "Position": "",
        "Color": "",
        "Creator": "",
        "Creator Name": "",
        "Assignee Name": "assignees",
        "Assignee Username": "",
        "Complexity": "",
        "Creation date": "created",
        "Modification date": "",
        "Completion date": "completed",
        "Time estimated": "keep",
        "Time spent": "keep",
    },
    order="month",
    priorities={"0": "none", "1": "low", "2": "medium", "3": "high", "4": "urgent"},
    finishing=True,
    separator=",",
)

"""ClickUp's CSV (list > Export). Times are milliseconds; lists stand in brackets."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="clickup",
    title="ClickUp",
    signs=(("Task ID", "Task Name"), ("Task ID", "Task Name", "Task Content", "Status")),
    columns={
        "Task ID": "id",
        "Task Custom ID": "keep",
        "Task Name": "title",
        "Task Content": "description",
        "Date Created": "created",
        "Date Created Text": "",
        "Date Updated": "",
        "Date Updated Text": "",
        "Due Date Text": "",
        "Start Date Text": "",
        "Date Closed": "completed",
        "Date Closed Text": "",
        "Date Done": "completed",
        "List Name": "keep",
        "Folder Name": "",
        "Space Name": "",
        "Parent ID": "keep",
        "Parent Name": "keep",
        "Attachments": "keep",
        "Checklists": "keep",
        "Time Estimated": "",
        "Time Estimated Text": "keep",
        "Assigned Comments": "",
    },
    priorities={"1": "urgent", "2": "high", "3": "medium", "4": "low", "null": "none"},
    statuses={"complete": "done", "closed": "done"},
    separator=",",
)

"""Notion's CSV of a database (Export > Markdown & CSV). Its columns are anybody's; these come with most of them."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="notion",
    title="Notion",
    signs=(
        ("Name", "Status", "Assign"),
        ("Name", "Created time"),
        ("Name", "Last edited time"),
        ("Task name", "Status", "Assignee", "Due"),
        ("이름", "상태", "생성 일시"),
    ),
    columns={
        "Name": "title",
        "Task name": "title",
        "이름": "title",
        "Assign": "assignees",
        "Created time": "created",
        "Created by": "",
        "Last edited time": "",
        "Last edited by": "",
        "Date": "due",
        "Sub-item": "keep",
        "Parent item": "keep",
        "Parent-task": "keep",
        "Sub-tasks": "keep",
    },
    order="month",
    separator=",",
)

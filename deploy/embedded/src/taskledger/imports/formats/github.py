"""GitHub Projects' tab-separated export (view > Export view data)."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="github",
    title="GitHub Projects",
    signs=(
        ("Title", "URL", "Assignees"),
        ("Title", "Status", "Linked pull requests"),
        ("Title", "Repository", "Status"),
    ),
    columns={
        "URL": "id",
        "Linked pull requests": "keep",
        "Reviewers": "",
        "Repository": "",
        "Milestone": "keep",
        "Parent issue": "keep",
        "Sub-issues progress": "",
        "Size": "keep",
        "Iteration": "keep",
        "Target date": "due",
    },
    separator=",",
)

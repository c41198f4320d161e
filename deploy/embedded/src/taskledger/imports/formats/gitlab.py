"""GitLab's CSV of issues (Issues > Export as CSV). Ids count within one project, so the address is the id."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="gitlab",
    title="GitLab",
    signs=(("Title", "Issue ID", "State", "URL"), ("Title", "Issue ID", "Author Username")),
    columns={
        "URL": "id",
        "Issue ID": "keep",
        "State": "state",
        "Author": "",
        "Author Username": "",
        "Assignee": "assignees",
        "Assignee Username": "",
        "Confidential": "",
        "Locked": "",
        "Created At (UTC)": "created",
        "Updated At (UTC)": "",
        "Closed At (UTC)": "completed",
        "Weight": "estimate",
        "Time Estimate": "keep",
        "Time Spent": "keep",
        "Epic ID": "",
        "Epic Title": "keep",
    },
    statuses={"open": "waiting", "opened": "waiting", "closed": "done"},
    separator=",",
)

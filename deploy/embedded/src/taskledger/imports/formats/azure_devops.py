"""Azure DevOps' CSV of a query of work items. In a tree, the title stands in the column of its depth."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="azure-devops",
    title="Azure DevOps",
    signs=(
        ("ID", "Work Item Type", "Title"),
        ("ID", "Work Item Type", "Title 1"),
        ("ID", "Work Item Type", "Title", "State", "Assigned To"),
    ),
    columns={
        "ID": "id",
        "Work Item Type": "keep",
        "Title": "title",
        **{f"Title {depth}": "title" for depth in range(1, 9)},
        "State": "status",
        "Board Column": "section",
        "Board Lane": "keep",
        "Area Path": "",
        "Iteration Path": "keep",
        "Closed Date": "completed",
        "State Change Date": "",
        "Changed Date": "",
        "Created By": "",
        "Finish Date": "due",
        "Severity": "keep",
        "Story Points": "estimate",
        "Effort": "estimate",
        "Remaining Work": "keep",
        "Original Estimate": "keep",
        "Comment Count": "",
    },
    statuses={"removed": "done", "committed": "active", "approved": "waiting"},
    priorities={"1": "urgent", "2": "high", "3": "medium", "4": "low"},
    separator=";",
)

"""Redmine's CSV of issues, in English, Korean, German, French and Spanish."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="redmine",
    title="Redmine",
    signs=(
        ("#", "Tracker", "Subject"),
        ("#", "Project", "Subject", "Status"),
        ("#", "유형", "제목"),
        ("#", "Tracker", "Thema"),
        ("#", "Tracker", "Sujet"),
        ("#", "Tipo", "Asunto"),
    ),
    columns={
        "#": "id",
        "Project": "",
        "Tracker": "keep",
        "Parent task": "keep",
        "Parent task subject": "",
        "Author": "",
        "Updated": "",
        "Last updated by": "",
        "Category": "labels",
        "Target version": "keep",
        "Estimated time": "keep",
        "Total estimated time": "",
        "Total spent time": "",
        "Spent time": "keep",
        "% Done": "",
        "Closed": "completed",
        "Related issues": "keep",
        "Files": "keep",
        "Private": "",
        "Thema": "title",
        "유형": "keep",
        "만든이": "",
        "진척도": "",
    },
    priorities={
        "immediate": "urgent",
        "sofort": "urgent",
        "immédiat": "urgent",
        "inmediata": "urgent",
        "즉시": "urgent",
    },
    separator=",",
)

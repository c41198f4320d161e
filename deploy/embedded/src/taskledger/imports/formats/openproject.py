"""OpenProject's CSV and XLS of work packages."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(
    name="openproject",
    title="OpenProject",
    signs=(("ID", "Subject", "Type", "Status"), ("ID", "Subject", "Accountable"), ("ID", "Thema", "Typ", "Status")),
    columns={
        "ID": "id",
        "Subject": "title",
        "Thema": "title",
        "Type": "keep",
        "Typ": "keep",
        "Accountable": "",
        "Author": "",
        "Updated on": "",
        "Created on": "created",
        "Finish date": "due",
        "Endtermin": "due",
        "Anfangstermin": "start",
        "Percent Complete": "",
        "% Complete": "",
        "Progress (%)": "",
        "Version": "keep",
        "Work": "keep",
        "Estimated time": "keep",
        "Parent": "keep",
        "Project": "",
        "Category": "labels",
    },
    priorities={"immediate": "urgent", "sofort": "urgent"},
    separator=",",
)

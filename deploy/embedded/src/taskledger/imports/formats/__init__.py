"""Every format that is known. A new one is a file beside the others and a line here."""

from typing import Final

from taskledger.imports.formats import (
    any_table,
    asana,
    azure_devops,
    clickup,
    deck,
    github,
    gitlab,
    jira,
    kanboard,
    kanboard_table,
    linear,
    monday,
    notion,
    openproject,
    pivotal,
    planka,
    planner,
    redmine,
    taskledger,
    taskledger_table,
    todo_txt,
    todoist,
    trello,
    trello_table,
    vikunja,
    wekan,
)
from taskledger.imports.formats.base import DocumentFormat, TableFormat, TextFormat

TABLES: Final[tuple[TableFormat, ...]] = (
    taskledger_table.FORMAT,
    jira.FORMAT,
    asana.FORMAT,
    trello_table.FORMAT,
    todoist.FORMAT,
    clickup.FORMAT,
    linear.FORMAT,
    github.FORMAT,
    gitlab.FORMAT,
    redmine.FORMAT,
    openproject.FORMAT,
    azure_devops.FORMAT,
    monday.FORMAT,
    planner.FORMAT,
    pivotal.FORMAT,
    kanboard_table.FORMAT,
    notion.FORMAT,
)
ANY_TABLE: Final = any_table.FORMAT

DOCUMENTS: Final[tuple[DocumentFormat, ...]] = (
    taskledger.FORMAT,
    wekan.FORMAT,
    planka.FORMAT,
    trello.FORMAT,
    deck.FORMAT,
    kanboard.FORMAT,
    vikunja.FORMAT,
)

TEXTS: Final[tuple[TextFormat, ...]] = (todo_txt.FORMAT,)

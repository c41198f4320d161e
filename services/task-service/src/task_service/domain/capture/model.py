"""What capture knows of a board, and what it makes of the lines that somebody typed."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contracts.task import Priority
from task_service.domain.people import Person

Field: TypeAlias = Literal["assignees", "labels", "priority", "due", "time", "status", "parent", "project"]
"""What an understood part is about. A `time` of day is told and stays in the title, for a task is due on a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A project that tasks may go to: what `>` calls it, whom `@` and what `#` may mean in it.

    `done` is the status of what is ticked off; where it is None, nothing can be.
    """

    id: str
    key: str
    name: str
    people: tuple[Person, ...] = ()
    labels: tuple[str, ...] = ()
    done: str | None = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What lines are read with.

    `today` is the day where the writer is, `home` the project that lines go to unless they name one of `others`.
    `day_first`: 3/4 is the third of April.
    """

    today: date
    home: Target
    others: tuple[Target, ...] = ()
    day_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was understood: code points `start` to before `end` of a line (both from 0) mean `value` of `field`.

    `value` is an id (assignees, project), a name (labels), a key (parent), a priority, a day such as 2026-12-24, a time
    such as 15:00, or a status.
    """

    line: int
    start: int
    end: int
    field: Field
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedTask:
    """A line as a task. `status` is set on what is ticked off.

    `under` is the place in the list of the task whose child it is by its indentation.
    """

    line: int
    title: str
    status: str | None
    due: date | None
    priority: Priority
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    project_id: str
    parent_key: str | None
    under: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """The tasks in the order of their lines, and what was understood in them."""

    tasks: tuple[CapturedTask, ...]
    parts: tuple[Part, ...]

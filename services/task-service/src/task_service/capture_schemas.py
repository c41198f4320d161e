"""The bodies of capture and of making many tasks at once, and what they answer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contracts.documents import task_document
from contracts.task import Priority, Task
from kernel.http.requests import BadText, Body, Text
from task_service.batches import MAX_TASKS
from task_service.bodies import NewTask
from task_service.captures import MAX_TEXT, Capture, document
from task_service.schemas import TaskView


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadText("not_a_time_zone", "is not a time zone such as Asia/Seoul") from error
    return name


TimeZone = Annotated[str, AfterValidator(_zone), StringConstraints(max_length=64)]
"""The name of a time zone, as IANA has it."""

Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A language tag (RFC 5646) such as ko or en-GB."""


class NewTasks(Body):
    """Tasks to be made at once, in their order."""

    tasks: Annotated[list[NewTask], Field(min_length=1, max_length=MAX_TASKS)]


class CaptureBody(Body):
    """Lines, one a task. `time_zone` and `locale` are the writer's: what day it is, and whether 3/4 is in April.

    `dry_run`: nothing is made.
    """

    text: Annotated[Text, StringConstraints(max_length=MAX_TEXT)]
    time_zone: TimeZone = "UTC"
    locale: Locale = "en"
    dry_run: bool = False

    @property
    def day_first(self) -> bool:
        """Whether days come before months where the writer is: everywhere but in Korea, its neighbours and the USA."""
        language, *rest = self.locale.lower().split("-")
        return language not in ("ko", "ja", "zh") and not (language == "en" and (not rest or "us" in rest))


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewTasksView(_View):
    """The tasks that were made."""

    items: list[TaskView]


class DraftView(_View):
    """A task that would be made. Without a status it would wait."""

    title: str
    description: str
    status: str | None
    priority: Priority
    due: date | None
    labels: list[str]
    assignees: list[str]


class MeaningView(_View):
    """What a part means: of `assignees` and `project` an id, of `labels` a name, of `parent` a task's key.

    A `time` of day, such as 15:00, is told and stays in the title.
    """

    field: Literal["assignees", "labels", "priority", "due", "time", "status", "parent", "project"]
    value: str


class PartView(_View):
    """What was understood: `from` to before `to`, code points from 0, of a line, from 0 too. In quotes it is text."""

    line: int
    from_: int = Field(alias="from")
    to: int
    means: MeaningView


class LineView(_View):
    """Where a task comes from and where it goes, in the order of `tasks`.

    `parent` is the place in `tasks` of the one that it is under by its indentation; `parent_key` is what `^` names.
    """

    line: int
    project_id: str
    parent: int | None
    parent_key: str | None


class CaptureView(_View):
    """The tasks that were made, or in a dry run would be."""

    tasks: list[TaskView] | list[DraftView]
    parts: list[PartView]
    lines: list[LineView]


def new_tasks_bytes(states: Sequence[Task]) -> bytes:
    """Tasks that were made, as JSON."""
    return orjson.dumps({"items": [task_document(state) for state in states]}, option=orjson.OPT_UTC_Z)


def capture_bytes(capture: Capture) -> bytes:
    """What came of a capture, as JSON."""
    understood = capture.understood
    tasks = [task_document(state) for state in capture.made] or [document(task) for task in understood.tasks]
    parts = [
        {
            "line": part.line,
            "from": part.start,
            "to": part.end,
            "means": {"field": part.field, "value": part.value},
        }
        for part in understood.parts
    ]
    lines = [
        {"line": task.line, "project_id": task.project_id, "parent": task.under, "parent_key": task.parent_key}
        for task in understood.tasks
    ]
    return orjson.dumps({"tasks": tasks, "parts": parts, "lines": lines}, option=orjson.OPT_UTC_Z)

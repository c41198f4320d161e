"""The bodies that task-service takes and the documents that it returns."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts import project
from contracts.documents import comment_document, history_document, project_document, status_document, task_document
from contracts.project import Category, Color, Project, ProjectEvent, Role, Status
from contracts.task import EVENT_NAMES as TASK_EVENT_NAMES
from contracts.task import Comment, Task, TaskEvent
from kernel.http.requests import Body, Line, VisibleText
from kernel.log.event import Recorded
from task_service.domain.elements import Elements
from task_service.domain.project import (
    MAX_NAME,
    MAX_PROJECT_LABELS,
    MAX_STATUS_NAME,
    MAX_STATUSES,
    PROJECT_KEY_PATTERN,
)
from task_service.domain.task import MAX_COMMENT, MAX_MENTIONS
from task_service.field_types import (
    EITHER,
    ELEMENTS,
    LEFT_OUT,
    WHOLE,
    LabelText,
    StatusKeyText,
    TextElements,
    UserId,
    new,
    patched,
    shown,
    with_fields,
)

# --- what is taken ---


Name = Annotated[Line, StringConstraints(max_length=MAX_NAME)]
ProjectKey = Annotated[str, StringConstraints(pattern=PROJECT_KEY_PATTERN)]
TaskId = Annotated[str, StringConstraints(max_length=64)]
CommentText = Annotated[VisibleText, StringConstraints(max_length=MAX_COMMENT)]
Mentions = Annotated[tuple[UserId, ...], Field(max_length=MAX_MENTIONS)]


class StatusBody(Body):
    """A column of the board: tasks store `key`, people read `name`, `category` is what it means.

    Without a colour it has that of its category.
    """

    key: StatusKeyText
    name: Annotated[Line, StringConstraints(max_length=MAX_STATUS_NAME)]
    category: Category
    color: Color | None = None


class LabelBody(Body):
    """A label that the project has laid down. Without a colour it has one by its name."""

    name: LabelText
    color: Color | None = None


Statuses = Annotated[list[StatusBody], Field(min_length=1, max_length=MAX_STATUSES)]
ProjectLabels = Annotated[list[LabelBody], Field(max_length=MAX_PROJECT_LABELS)]


class StatusElements(Body):
    """What becomes of single statuses; the others stay.

    `put` adds one, or puts it in the place of the one with its key. `remove` has keys. `order` has keys in the order in
    which they are to stand; a status that is not named stays behind the one that it stood behind.
    """

    put: Annotated[list[StatusBody], Field(max_length=MAX_STATUSES)] = Field(default_factory=list)
    remove: Annotated[tuple[StatusKeyText, ...], Field(max_length=MAX_STATUSES)] = ()
    order: Annotated[tuple[StatusKeyText, ...], Field(max_length=MAX_STATUSES)] = ()


class ProjectLabelElements(Body):
    """What becomes of single labels that the project has laid down, by their names; the others stay."""

    put: ProjectLabels = Field(default_factory=list)
    remove: Annotated[tuple[LabelText, ...], Field(max_length=MAX_PROJECT_LABELS)] = ()
    order: Annotated[tuple[LabelText, ...], Field(max_length=MAX_PROJECT_LABELS)] = ()


class NewProject(Body):
    """A project to be made. Without a key it gets one from its name, without statuses the usual three."""

    name: Name
    key: ProjectKey | None = None
    statuses: Statuses | None = None
    labels: ProjectLabels = Field(default_factory=list)


class ProjectPatch(Body):
    """What is to change; fields that are left out stay. A task whose status goes keeps it until it is moved.

    A list as a whole takes the place of the one that is there (say by `If-Match` which one that is); as an object, it
    is what becomes of single elements.
    """

    name: Name = LEFT_OUT
    statuses: Annotated[Annotated[Statuses, WHOLE] | Annotated[StatusElements, ELEMENTS], EITHER] = LEFT_OUT
    labels: Annotated[Annotated[ProjectLabels, WHOLE] | Annotated[ProjectLabelElements, ELEMENTS], EITHER] = LEFT_OUT


class StatusPut(Body):
    """A status under the key in the path."""

    name: Annotated[Line, StringConstraints(max_length=MAX_STATUS_NAME)]
    category: Category
    color: Color | None = None


class LabelPut(Body):
    """A label under the name in the path."""

    color: Color | None = None


class Membership(Body):
    """The role of a member."""

    role: Role


@with_fields(new)
class NewTask(Body):
    """A task to be made. Without a status it waits."""


@with_fields(patched)
class TaskPatch(Body):
    """What is to change, in one step; fields that are left out stay. `due: null` takes the date away.

    `after` and `before` are ids of tasks: it is put right behind the one, right before the other. Null is the column's
    end: `after: null` makes it the first, `before: null` the last. One of them is enough.

    A list as a whole takes the place of the one that is there; `{add, remove}` leaves the other elements alone.
    """

    after: TaskId | None = LEFT_OUT
    before: TaskId | None = LEFT_OUT


class CommentBody(Body):
    """Markdown. Members are mentioned by `@name` in it, or by their ids."""

    body: CommentText
    mentions: Mentions = ()


def statuses_of(given: Statuses | StatusElements | None) -> tuple[Status, ...] | Elements[Status] | None:
    """What becomes of the statuses by a body."""
    if isinstance(given, StatusElements):
        return Elements(put=statuses_in(given.put), remove=given.remove, order=given.order)
    return None if given is None else statuses_in(given)


def labels_of(
    given: ProjectLabels | ProjectLabelElements | None,
) -> tuple[project.Label, ...] | Elements[project.Label] | None:
    """What becomes of the labels by a body."""
    if isinstance(given, ProjectLabelElements):
        return Elements(put=labels_in(given.put), remove=given.remove, order=given.order)
    return None if given is None else labels_in(given)


def changes_of(patch: TaskPatch) -> dict[str, Any]:
    """The fields of a task that are to change, as the domain has them."""
    fields = patch.model_dump(exclude_unset=True)
    for name in fields:
        given = getattr(patch, name)
        if isinstance(given, TextElements):
            fields[name] = Elements(put=given.add, remove=given.remove)
    return fields


def statuses_in(given: Statuses) -> tuple[Status, ...]:
    """The whole list of statuses, as the domain has them."""
    return tuple(Status(**status.model_dump()) for status in given)


def labels_in(given: ProjectLabels) -> tuple[project.Label, ...]:
    """The whole list of labels, as the domain has them."""
    return tuple(project.Label(**label.model_dump()) for label in given)


# --- what is returned: the schema of it, and its bytes ---


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatusView(_View):
    """A status of a project; `color` is there where one was chosen."""

    key: str
    name: str
    category: Category
    color: Color = LEFT_OUT


class LabelView(_View):
    """A label of a project; `color` is there where one was chosen."""

    name: str
    color: Color = LEFT_OUT


class MemberView(_View):
    """A member of a project."""

    user_id: str
    role: Role


class ProjectView(_View):
    """A project. `role` is the caller's; null for one who has just left.

    `former_statuses`: those that it had once, as they were last; a task may still be in one.
    """

    id: str
    key: str
    name: str
    statuses: list[StatusView]
    labels: list[LabelView]
    members: list[MemberView]
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool
    version: int
    former_statuses: list[StatusView]
    role: Role | None


@with_fields(shown)
class TaskView(_View):
    """A task. `due` is a day; `rank` sorts, byte by byte, as people put the tasks."""

    id: str
    project_id: str
    key: str
    rank: str
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool
    version: int


class CommentView(_View):
    """A comment; a deleted one has no text. `author` is null and `author_name` set on one that was imported."""

    id: str
    author: str | None
    author_name: str | None
    body: str
    mentions: list[str]
    created_at: datetime
    edited_at: datetime | None
    deleted: bool


class ChangeView(_View):
    """A field's old and new value; of a list that changed by one element, the one that went or came."""

    field: str
    old: Any
    new: Any


_EVENT_NAMES = [*TASK_EVENT_NAMES.values(), *project.EVENT_NAMES.values()]
EventName = Annotated[str, Field(json_schema_extra={"enum": [*_EVENT_NAMES]})]
"""The names in the log are a closed list, so that whoever tells them is told of one without words."""


class EventView(_View):
    """An event: what happened, who did it and when. `comment_id` is there on events of a comment."""

    id: str
    version: int
    type: EventName
    actor: str | None
    time: datetime
    changes: list[ChangeView]
    comment_id: str = LEFT_OUT


class ActivityView(EventView):
    """An event of a project, or of one of its tasks: then with the task's id, key and title of that time."""

    project_id: str
    task_id: str | None
    task_key: str | None
    title: str | None


class BandView(_View):
    """A status, and how many tasks stood in it at the end of each day. `former`: the project has it no more."""

    status: str
    name: str
    category: Category
    former: bool
    counts: list[int]


class DurationsView(_View):
    """So many percent took at most so many seconds; null where there were none."""

    count: int
    p50: int | None
    p85: int | None
    p95: int | None


class WeekView(_View):
    """How many tasks were finished from one day to another, a week from Monday on, as far as it was asked for."""

    from_: date = Field(alias="from")
    to: date
    count: int


class FinishedTaskView(_View):
    """A finished task. `lead`: seconds since it was made; `cycle`: since it was begun, null if it never was."""

    id: str
    key: str
    title: str
    finished_at: datetime
    lead: int
    cycle: int | None


class FinishedView(_View):
    """What was finished on these days and was so still at their end; of very many, `tasks` has an even choice."""

    count: int
    lead: DurationsView
    cycle: DurationsView
    weeks: list[WeekView]
    tasks: list[FinishedTaskView]


class AgeingTaskView(_View):
    """A task that is being worked on. `age`: seconds since it was begun; `still`: since it last changed its status.

    Title and assignees are those of today.
    """

    id: str
    key: str
    title: str
    status: str
    begun_at: datetime
    age: int
    still: int
    assignees: list[str]


class AgeingView(_View):
    """What was being worked on at the end of the last day, the oldest first; `tasks` has the oldest of very many."""

    count: int
    tasks: list[AgeingTaskView]


class LoadView(_View):
    """How many tasks somebody had at the end of the last day that were not done; `user_id` null: nobody had them."""

    user_id: str | None
    waiting: int
    active: int


class InsightsView(_View):
    """How work flowed through a project on some days, and how things stood at the end of the last, `at`.

    The days are those of the time zone `tz`. Statuses mean what the project says of them today, or said last.
    """

    from_: date = Field(alias="from")
    to: date
    tz: str
    at: datetime
    flow: list[BandView]
    finished: FinishedView
    ageing: AgeingView
    load: list[LoadView]


V = TypeVar("V", bound=_View)


class Page(_View, Generic[V]):
    """A part of a list. `next_cursor` gives the next part, null says that this was the last."""

    items: list[V]
    next_cursor: str | None


def project_bytes(state: Project, user_id: str) -> bytes:
    """A project as JSON, for a user."""
    former = [status_document(status) for status in state.former]
    return _json({**project_document(state), "former_statuses": former, "role": state.role_of(user_id)})


def task_bytes(state: Task) -> bytes:
    """A task as JSON."""
    return _json(task_document(state))


def comment_bytes(comment: Comment) -> bytes:
    """A comment as JSON."""
    return _json(comment_document(comment))


def event_bytes(event: Recorded[TaskEvent] | Recorded[ProjectEvent]) -> bytes:
    """An entry of a history as JSON."""
    return _json(history_document(event))


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)

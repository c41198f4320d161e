"""The JSON that clients send: what it may be, and what it means to the domain."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts import project
from contracts.project import Category, Color, Role, Status
from kernel.http.requests import Body, Line, VisibleText
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
    with_fields,
)

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

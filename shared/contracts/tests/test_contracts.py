"""The fold of each aggregate: what its events make of its state."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest

from contracts import project, task, user
from contracts.project import (
    DEFAULT_STATUSES,
    Label,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    ProjectCreated,
    ProjectDeleted,
    ProjectLabelsChanged,
    ProjectRenamed,
    ProjectRestored,
    ProjectStatusesChanged,
)
from contracts.task import (
    Comment,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCreated,
    TaskDeleted,
    TaskDescriptionChanged,
    TaskDueChanged,
    TaskLabelsChanged,
    TaskPriorityChanged,
    TaskRankChanged,
    TaskRestored,
    TaskStatusChanged,
    TaskTitleChanged,
    TaskUnassigned,
)
from contracts.user import UserErased, UserLoggedIn, UserPasswordChanged, UserProfileChanged, UserRegistered
from kernel.log.event import Recorded
from testkit.log import NOON

S = TypeVar("S")

CREATED = TaskCreated(
    project_id="p",
    number=1,
    key="OPS-1",
    title="first",
    description="",
    status="waiting",
    priority="none",
    due=None,
    labels=(),
    assignees=("kim",),
)
PROJECT = ProjectCreated(key="OPS", name="Operations", statuses=DEFAULT_STATUSES, owner="kim")


def minute(n: int) -> datetime:
    return NOON + timedelta(minutes=n)


def fold(evolve: Callable[[S | None, Recorded[Any]], S], stream: str, events: Sequence[Any]) -> S:
    """The state after events by kim, one a minute from noon."""
    state: S | None = None
    for version, data in enumerate(events, 1):
        recorded = Recorded(
            stream=stream, version=version, type=type(data).__name__, time=minute(version), actor="kim", data=data
        )
        state = evolve(state, recorded)
    assert state is not None
    return state


def a_task(*events: Any) -> task.Task:
    return fold(task.evolve, "task-1", [CREATED, *events])


def a_project(*events: Any) -> project.Project:
    return fold(project.evolve, "project-1", [PROJECT, *events])


# --- task ---


def test_a_created_task_has_what_its_event_says() -> None:
    state = a_task()
    assert (state.id, state.project_id, state.key, state.title) == ("1", "p", "OPS-1", "first")
    assert (state.created_by, state.created_at, state.updated_at) == ("kim", minute(1), minute(1))
    assert (state.version, state.deleted, state.comments) == (1, False, {})


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        (TaskTitleChanged(old="first", new="second"), "title", "second"),
        (TaskDescriptionChanged(old="", new="long"), "description", "long"),
        (TaskStatusChanged(old="waiting", new="done"), "status", "done"),
        (TaskPriorityChanged(old="none", new="high"), "priority", "high"),
        (TaskDueChanged(old=None, new=date(2026, 12, 24)), "due", date(2026, 12, 24)),
        (TaskLabelsChanged(old=(), new=("a", "b")), "labels", ("a", "b")),
        (TaskAssigned(user_id="lee"), "assignees", ("kim", "lee")),
        (TaskUnassigned(user_id="kim"), "assignees", ()),
        (TaskDeleted(), "deleted", True),
    ],
)
def test_each_event_changes_its_field_the_version_and_the_time_alone(event: Any, field: str, value: Any) -> None:
    before, after = a_task(), a_task(event)
    changed = {name for name in task.Task.__slots__ if getattr(before, name) != getattr(after, name)}
    assert changed == {field, "version", "updated_at"}
    assert getattr(after, field) == value
    assert (after.version, after.updated_at) == (2, minute(2))


def test_tasks_begin_in_the_order_of_their_numbers_and_putting_one_elsewhere_is_no_update_of_it() -> None:
    before = a_task()
    later = fold(task.evolve, "task-2", [replace(CREATED, number=2)])
    put = a_task(TaskRankChanged(old=before.rank, new="V00002V11"))
    assert before.rank < later.rank < put.rank == "V00002V11"
    assert (put.version, put.updated_at) == (2, before.updated_at)


def test_a_restored_task_is_as_it_was() -> None:
    assert a_task(TaskDeleted(), TaskRestored()).deleted is False


def test_comments_keep_their_order_and_place() -> None:
    state = a_task(
        TaskCommented(comment_id="a", body="one"),
        TaskCommented(comment_id="b", body="two @lee", mentions=("lee",)),
        TaskCommentEdited(comment_id="a", old="one", new="uno"),
        TaskCommentDeleted(comment_id="b", old="two @lee"),
    )
    assert list(state.comments.values()) == [
        Comment(
            id="a", author="kim", author_name=None, body="uno", mentions=(), created_at=minute(2), edited_at=minute(4)
        ),
        Comment(
            id="b",
            author="kim",
            author_name=None,
            body="",
            mentions=(),
            created_at=minute(3),
            edited_at=minute(5),
            deleted=True,
        ),
    ]


def test_an_imported_comment_is_by_whoever_wrote_it_elsewhere() -> None:
    written = datetime(2024, 5, 6, tzinfo=UTC)
    state = a_task(TaskCommented(comment_id="a", body="old", author_name="Ada", written_at=written))
    comment = state.comments["a"]
    assert (comment.author, comment.author_name, comment.created_at) == (None, "Ada", written)


@pytest.mark.parametrize(
    "events",
    [
        [TaskRestored()],
        [CREATED, CREATED],
        [CREATED, TaskCommentEdited(comment_id="none", old="", new="")],
        [CREATED, TaskCommentDeleted(comment_id="none", old="")],
    ],
)
def test_an_event_that_cannot_follow_is_an_error(events: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"task|comment"):
        fold(task.evolve, "task-1", events)


# --- project ---


def test_the_creator_of_a_project_owns_it() -> None:
    state = a_project()
    assert (state.id, state.key, state.name, state.statuses) == ("1", "OPS", "Operations", DEFAULT_STATUSES)
    assert state.role_of("kim") == "owner"
    assert state.role_of("lee") is None
    assert state.status("done") == DEFAULT_STATUSES[2]
    assert state.status("nowhere") is None


def test_members_come_change_and_go() -> None:
    joined = a_project(
        MemberAdded(user_id="lee", role="viewer"), MemberRoleChanged(user_id="lee", old="viewer", new="member")
    )
    assert joined.members == {"kim": "owner", "lee": "member"}
    left = a_project(MemberAdded(user_id="lee", role="viewer"), MemberRemoved(user_id="lee", role="viewer"))
    assert left.members == {"kim": "owner"}


def test_a_project_is_renamed_reshaped_deleted_and_restored() -> None:
    state = a_project(
        ProjectRenamed(old="Operations", new="운영"),
        ProjectStatusesChanged(old=DEFAULT_STATUSES, new=DEFAULT_STATUSES[::-1]),
        ProjectLabelsChanged(old=(), new=(Label(name="bug", color="red"),)),
        ProjectDeleted(),
    )
    assert (state.name, state.statuses, state.deleted, state.version) == ("운영", DEFAULT_STATUSES[::-1], True, 5)
    assert state.labels == (Label(name="bug", color="red"),)
    assert a_project(ProjectDeleted(), ProjectRestored()).deleted is False


@pytest.mark.parametrize("events", [[ProjectDeleted()], [PROJECT, PROJECT]])
def test_a_project_is_created_first_and_once(events: list[Any]) -> None:
    with pytest.raises(ValueError, match="project"):
        fold(project.evolve, "project-1", events)


# --- user ---


def test_a_user_is_registered_logs_in_and_is_erased() -> None:
    state = fold(
        user.evolve,
        "user-1",
        [UserRegistered(), UserLoggedIn(session_id="s"), UserProfileChanged(fields=("name",)), UserPasswordChanged()],
    )
    assert state == user.User(id="1", registered_at=minute(1), last_login_at=minute(2), version=4)
    assert fold(user.evolve, "user-1", [UserRegistered(), UserErased()]).erased is True


@pytest.mark.parametrize("events", [[UserErased()], [UserRegistered(), UserRegistered()]])
def test_a_user_is_registered_first_and_once(events: list[Any]) -> None:
    with pytest.raises(ValueError, match="user"):
        fold(user.evolve, "user-1", events)


@pytest.mark.parametrize("kind", [project, task, user])
def test_a_stream_is_named_by_kind_and_id(kind: Any) -> None:
    assert kind.stream_of("0199") == f"{kind.__name__.rpartition('.')[2]}-0199"

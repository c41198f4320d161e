"""Decisions on a task: given events, when a command, then events. Long because every decision is here."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from contracts import task as contract
from contracts.project import DEFAULT_STATUSES, Project, Role, Status
from contracts.rank import MAX_RANK, between, of_number
from contracts.task import (
    Task,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCreated,
    TaskDeleted,
    TaskDescriptionChanged,
    TaskDueChanged,
    TaskEvent,
    TaskLabelsChanged,
    TaskPriorityChanged,
    TaskRankChanged,
    TaskRestored,
    TaskStatusChanged,
    TaskTitleChanged,
    TaskUnassigned,
)
from kernel.ports.event_store import MAX_EVENTS_PER_APPEND
from task_service.domain import task
from task_service.domain.task import (
    MAX_ASSIGNEES,
    AddComment,
    Assign,
    CreateTask,
    DeleteComment,
    DeleteTask,
    EditComment,
    EditTask,
    Place,
    RestoreTask,
    Unassign,
)
from testkit.tasks import Given

MEMBERS: dict[str, Role] = {"olga": "owner", "mike": "member", "mina": "member", "vera": "viewer"}
PROJECT = Project(
    id="p",
    key="OPS",
    name="Operations",
    statuses=DEFAULT_STATUSES,
    members=MEMBERS,
    created_by="olga",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    version=4,
)
CREATED = TaskCreated(
    project_id="p",
    number=12,
    key="OPS-12",
    title="Water the plants",
    description="All of them.",
    status="waiting",
    priority="none",
    due=None,
    labels=("home",),
    assignees=("mike",),
)
COMMENTED = TaskCommented(comment_id="c1", body="Done, @Olga", mentions=("olga",))


def given(*events: TaskEvent, project: Project | None = PROJECT, actor: str = "mike") -> Given[Task, TaskEvent]:
    return Given(events, lambda command, state: task.decide(command, state, project), contract.evolve, "task-t", actor)


def given_no_task(project: Project | None = PROJECT) -> Given[Task, TaskEvent]:
    return Given((), lambda command, _: task.create(command, project, 12), contract.evolve, "task-t", "mike")


# --- creation ---

NEW = CreateTask(by="mike", title="Water the plants")


def test_a_task_begins_waiting_with_the_project_s_key_and_number() -> None:
    given_no_task().when(replace(NEW, description="All of them.", labels=("home",), assignees=("mike",))).then(CREATED)


def test_without_a_waiting_status_a_task_begins_in_the_first() -> None:
    project = replace(PROJECT, statuses=(DEFAULT_STATUSES[2], DEFAULT_STATUSES[1]))

    given_no_task(project).when(NEW).then(replace(CREATED, description="", status="done", labels=(), assignees=()))


def test_everything_about_a_task_can_be_given_at_once() -> None:
    full: dict[str, Any] = {
        "description": "D",
        "status": "done",
        "priority": "urgent",
        "due": date(2026, 12, 31),
        "labels": ("a", "b"),
        "assignees": ("mina", "vera"),
    }

    given_no_task().when(replace(NEW, **full)).then(replace(CREATED, **full))


def test_duplicates_among_labels_and_assignees_are_collapsed() -> None:
    given_no_task().when(replace(NEW, labels=("b", "a", "b"), assignees=("mina", "mike", "mina"))).then(
        replace(CREATED, description="", labels=("b", "a"), assignees=("mina", "mike"))
    )


def test_a_task_begins_neither_in_an_unknown_status_nor_with_a_stranger() -> None:
    given_no_task().when(replace(NEW, status="gone")).then_rejected(422, "validation_failed", "status")
    given_no_task().when(replace(NEW, assignees=("mike", "stranger"))).then_rejected(
        422, "validation_failed", "assignees"
    )


def test_only_members_make_tasks_and_only_in_a_project_that_is_there() -> None:
    given_no_task().when(replace(NEW, by="vera")).then_rejected(403, "forbidden")
    given_no_task().when(replace(NEW, by="stranger")).then_rejected(404, "not_found")
    given_no_task(None).when(NEW).then_rejected(404, "not_found")
    given_no_task(replace(PROJECT, deleted=True)).when(NEW).then_rejected(404, "not_found")


# --- edits ---


def test_several_fields_change_in_one_decision() -> None:
    edit = EditTask(
        by="mike",
        title="Water them",
        description="",
        status="in_progress",
        priority="high",
        due=date(2026, 12, 31),
        labels=("home", "green"),
        assignees=("mina",),
    )

    given(CREATED).when(edit).then(
        TaskTitleChanged(old="Water the plants", new="Water them"),
        TaskDescriptionChanged(old="All of them.", new=""),
        TaskStatusChanged(old="waiting", new="in_progress"),
        TaskPriorityChanged(old="none", new="high"),
        TaskDueChanged(old=None, new=date(2026, 12, 31)),
        TaskLabelsChanged(old=("home",), new=("home", "green")),
        TaskUnassigned(user_id="mike"),
        TaskAssigned(user_id="mina"),
    )


def test_a_due_date_is_taken_away_by_none_and_kept_when_left_out() -> None:
    due = TaskDueChanged(old=None, new=date(2026, 12, 31))

    given(CREATED, due).when(EditTask(by="mike", due=None)).then(TaskDueChanged(old=date(2026, 12, 31), new=None))
    given(CREATED, due).when(EditTask(by="mike")).then_nothing()


def test_an_edit_to_what_is_already_so_changes_nothing() -> None:
    same = EditTask(
        by="mike",
        title="Water the plants",
        description="All of them.",
        status="waiting",
        priority="none",
        due=None,
        labels=("home", "home"),
        assignees=("mike", "mike"),
    )

    given(CREATED).when(same).then_nothing()


def test_one_bad_field_rejects_the_whole_edit() -> None:
    given(CREATED).when(EditTask(by="mike", title="New", status="gone")).then_rejected(
        422, "validation_failed", "status"
    )


def test_a_task_stays_in_a_status_that_went_until_it_is_moved() -> None:
    project = replace(PROJECT, statuses=(Status(key="todo", name="To do", category="waiting"),))

    given(CREATED, project=project).when(EditTask(by="mike", status="waiting")).then_nothing()
    given(CREATED, project=project).when(EditTask(by="mike", title="New")).then(
        TaskTitleChanged(old="Water the plants", new="New")
    )
    given(CREATED, project=project).when(EditTask(by="mike", status="todo")).then(
        TaskStatusChanged(old="waiting", new="todo")
    )


# --- place ---

RANK = of_number(12)


def test_a_task_is_put_between_two_others() -> None:
    place = Place(above=of_number(3), below=of_number(4))
    put = TaskRankChanged(old=RANK, new=between(of_number(3), of_number(4), 12))

    given(CREATED).when(EditTask(by="mike", place=place)).then(put)
    given(CREATED, put).when(EditTask(by="mike", place=place)).then_nothing()


def test_another_column_and_the_place_in_it_are_one_decision() -> None:
    given(CREATED).when(EditTask(by="mike", status="done", place=Place(above=None, below=of_number(2)))).then(
        TaskStatusChanged(old="waiting", new="done"),
        TaskRankChanged(old=RANK, new=between(None, of_number(2), 12)),
    )


@pytest.mark.parametrize("place", [(None, None), (of_number(11), None), (None, of_number(13)), ("V0", "W0")])
def test_a_task_that_stands_right_already_stays_where_it_is(place: tuple[str | None, str | None]) -> None:
    given(CREATED).when(EditTask(by="mike", place=Place(above=place[0], below=place[1]))).then_nothing()


def test_a_gap_without_room_is_told() -> None:
    above, below = of_number(1), between(of_number(1), of_number(2), 3)
    while len(below) <= MAX_RANK:
        below = between(above, below, 3)

    given(CREATED).when(EditTask(by="mike", place=Place(above=above, below=below))).then_rejected(409, "conflict")


# --- assignees ---


def test_a_task_is_given_to_a_member_and_taken_away() -> None:
    given(CREATED).when(Assign(by="vera", user_id="mina")).then_rejected(403, "forbidden")
    given(CREATED).when(Assign(by="olga", user_id="mina")).then(TaskAssigned(user_id="mina"))
    given(CREATED).when(Unassign(by="olga", user_id="mike")).then(TaskUnassigned(user_id="mike"))


def test_assigning_twice_and_taking_from_someone_who_has_it_not_change_nothing() -> None:
    given(CREATED).when(Assign(by="olga", user_id="mike")).then_nothing()
    given(CREATED).when(Unassign(by="olga", user_id="mina")).then_nothing()


def test_strangers_are_not_assigned() -> None:
    given(CREATED).when(Assign(by="olga", user_id="stranger")).then_rejected(422, "validation_failed", "assignees")


def test_whoever_left_the_project_stays_assigned_until_taken_off() -> None:
    left = replace(PROJECT, members={"olga": "owner", "mina": "member"})

    given(CREATED, project=left).when(EditTask(by="olga", assignees=("mike", "mina"))).then(
        TaskAssigned(user_id="mina")
    )
    given(CREATED, project=left).when(Unassign(by="olga", user_id="mike")).then(TaskUnassigned(user_id="mike"))
    given(CREATED, TaskUnassigned(user_id="mike"), project=left).when(Assign(by="olga", user_id="mike")).then_rejected(
        422, "validation_failed", "assignees"
    )


def test_a_task_has_so_many_assignees_and_no_more() -> None:
    crowd: dict[str, Role] = {f"u{n}": "member" for n in range(MAX_ASSIGNEES + 1)}
    project = replace(PROJECT, members={**MEMBERS, **crowd})
    full = replace(CREATED, assignees=tuple(crowd)[:MAX_ASSIGNEES])

    given(full, project=project).when(Assign(by="mike", user_id=f"u{MAX_ASSIGNEES}")).then_rejected(
        422, "validation_failed", "assignees"
    )


# --- deletion ---


def test_a_task_is_deleted_and_restored() -> None:
    given(CREATED).when(DeleteTask(by="mike")).then(TaskDeleted())
    given(CREATED, TaskDeleted()).when(RestoreTask(by="mike")).then(TaskRestored())


def test_deleting_twice_and_restoring_twice_change_nothing() -> None:
    given(CREATED, TaskDeleted()).when(DeleteTask(by="mike")).then_nothing()
    given(CREATED).when(RestoreTask(by="mike")).then_nothing()


CHANGES: list[task.TaskChange] = [
    EditTask(by="mike", title="New"),
    EditTask(by="mike"),
    Assign(by="mike", user_id="mina"),
    Unassign(by="mike", user_id="mike"),
    AddComment(by="mike", comment_id="c2", body="Hello"),
    EditComment(by="mike", comment_id="c1", body="Hello"),
    DeleteComment(by="mike", comment_id="c1"),
]


@pytest.mark.parametrize("command", CHANGES)
def test_a_deleted_task_is_restored_before_it_is_changed(command: task.TaskChange) -> None:
    given(CREATED, COMMENTED, TaskDeleted()).when(command).then_rejected(409, "conflict")


# --- comments ---


def test_a_comment_is_written_edited_and_deleted_by_its_author() -> None:
    given(CREATED).when(AddComment(by="mike", comment_id="c1", body="Done, @Olga", mentions=("olga",))).then(COMMENTED)
    given(CREATED, COMMENTED).when(EditComment(by="mike", comment_id="c1", body="Really done")).then(
        TaskCommentEdited(comment_id="c1", old="Done, @Olga", new="Really done")
    )
    given(CREATED, COMMENTED).when(DeleteComment(by="mike", comment_id="c1")).then(
        TaskCommentDeleted(comment_id="c1", old="Done, @Olga")
    )


def test_only_members_are_mentioned_each_once() -> None:
    comment = AddComment(by="mike", comment_id="c1", body="Hi", mentions=("stranger", "mina", "olga", "mina"))

    given(CREATED).when(comment).then(TaskCommented(comment_id="c1", body="Hi", mentions=("mina", "olga")))


def test_the_same_text_again_changes_nothing_even_if_fewer_names_are_known_now() -> None:
    given(CREATED, COMMENTED).when(EditComment(by="mike", comment_id="c1", body="Done, @Olga")).then_nothing()


def test_the_same_text_may_mention_more() -> None:
    edit = EditComment(by="mike", comment_id="c1", body="Done, @Olga", mentions=("olga", "mina"))

    given(CREATED, COMMENTED).when(edit).then(
        TaskCommentEdited(comment_id="c1", old="Done, @Olga", new="Done, @Olga", mentions=("olga", "mina"))
    )


@pytest.mark.parametrize("who", ["olga", "mina"])
def test_nobody_but_the_author_touches_a_comment_not_even_an_owner(who: str) -> None:
    given(CREATED, COMMENTED).when(EditComment(by=who, comment_id="c1", body="Not so")).then_rejected(403, "forbidden")
    given(CREATED, COMMENTED).when(DeleteComment(by=who, comment_id="c1")).then_rejected(403, "forbidden")


def test_nobody_touches_an_imported_comment() -> None:
    imported = replace(COMMENTED, author_name="Mike of old", written_at=datetime(2020, 1, 1, tzinfo=UTC))

    given(CREATED, imported).when(DeleteComment(by="mike", comment_id="c1")).then_rejected(403, "forbidden")


def test_a_deleted_comment_is_not_edited_and_deleting_it_again_changes_nothing() -> None:
    past = (CREATED, COMMENTED, TaskCommentDeleted(comment_id="c1", old="Done, @Olga"))

    given(*past).when(EditComment(by="mike", comment_id="c1", body="Again")).then_rejected(409, "conflict")
    given(*past).when(DeleteComment(by="mike", comment_id="c1")).then_nothing()


def test_a_comment_that_does_not_exist_is_not_found() -> None:
    given(CREATED).when(EditComment(by="mike", comment_id="c9", body="?")).then_rejected(404, "not_found")
    given(CREATED).when(DeleteComment(by="mike", comment_id="c9")).then_rejected(404, "not_found")


# --- who may ---


@pytest.mark.parametrize("command", [*CHANGES, DeleteTask(by="mike"), RestoreTask(by="mike")])
def test_viewers_change_nothing_and_strangers_find_nothing(command: task.TaskChange) -> None:
    given(CREATED, COMMENTED).when(replace(command, by="vera")).then_rejected(403, "forbidden")
    given(CREATED, COMMENTED).when(replace(command, by="stranger")).then_rejected(404, "not_found")
    given(CREATED, COMMENTED, project=None).when(command).then_rejected(404, "not_found")
    given(CREATED, COMMENTED, project=replace(PROJECT, deleted=True)).when(command).then_rejected(404, "not_found")


def test_a_task_that_does_not_exist_is_not_found() -> None:
    given().when(DeleteTask(by="mike")).then_rejected(404, "not_found")


# --- whatever the edit ---

kept = partial(st.one_of, st.just(task.KEEP))
edits = st.builds(
    EditTask,
    by=st.just("mike"),
    title=kept(st.sampled_from(["Water the plants", "New"])),
    description=kept(st.sampled_from(["All of them.", "", "Other"])),
    status=kept(st.sampled_from([status.key for status in DEFAULT_STATUSES])),
    priority=kept(st.sampled_from(["none", "low", "urgent"])),
    due=kept(st.none(), st.dates()),
    labels=kept(st.lists(st.sampled_from(["home", "a", "b"])).map(tuple)),
    assignees=kept(st.lists(st.sampled_from(sorted(MEMBERS))).map(tuple)),
)


@for_all(st.lists(edits, max_size=5), edits)
def test_an_edit_leaves_the_task_as_it_was_told_and_once_more_changes_nothing(
    before: list[EditTask], edit: EditTask
) -> None:
    past: list[TaskEvent] = [CREATED]
    for earlier in before:
        past.extend(given(*past).when(earlier).events)
    events = given(*past).when(edit).events
    after = given(*past, *events).state()
    old = given(*past).state()

    assert after is not None
    assert old is not None
    for field in ("title", "description", "status", "priority", "due"):
        told = getattr(edit, field)
        assert getattr(after, field) == (getattr(old, field) if told is task.KEEP else told)
    assert after.labels == (old.labels if edit.labels is task.KEEP else tuple(dict.fromkeys(edit.labels)))
    assert set(after.assignees) == set(old.assignees if edit.assignees is task.KEEP else edit.assignees)
    assert len(events) <= MAX_EVENTS_PER_APPEND
    given(*past, *events).when(edit).then_nothing()

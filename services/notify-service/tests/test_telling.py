"""Who is told of what, and why not. Long because every kind of news is given, each with who hears of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from contracts import task as tasks
from contracts.documents import Change
from contracts.fields import FIELDS
from contracts.project import DEFAULT_STATUSES, Project, Role
from contracts.task import (
    Task,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCommentRestored,
    TaskCreated,
    TaskDeleted,
    TaskDescriptionChanged,
    TaskDueChanged,
    TaskEstimateChanged,
    TaskEvent,
    TaskLabelsChanged,
    TaskMentioned,
    TaskPriorityChanged,
    TaskRankChanged,
    TaskRestored,
    TaskStatusChanged,
    TaskTitleChanged,
    TaskUnassigned,
)
from kernel.log.event import Recorded
from kernel.log.ids import is_id
from notify_service.domain.excerpts import LONGEST, differing
from notify_service.domain.notice import (
    Concern,
    Notice,
    Preferences,
    notice_of,
    stable_id,
    tellings_of,
)
from testkit.notify import new_task

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TASK, PROJECT = "0199aaaa-0000-7000-8000-000000000001", "0199aaaa-0000-7000-8000-000000000002"

CREATED = TaskCreated(**new_task(PROJECT))
GIVEN_TO_BOB = replace(CREATED, assignees=("bob",))
COMMENT_OF_CAT = TaskCommented(comment_id="c1", body="I saw it too.")


def given(*history: tuple[str | None, TaskEvent]) -> list[Recorded[TaskEvent]]:
    """Recorded events of (actor, event) pairs."""
    return [
        Recorded(
            stream=f"task-{TASK}",
            version=version,
            type=tasks.EVENT_NAMES[type(data)],
            time=NOON,
            actor=actor,
            data=data,
        )
        for version, (actor, data) in enumerate(history, 1)
    ]


def when(history: Sequence[tuple[str | None, TaskEvent]], actor: str | None, *command: TaskEvent) -> Notice | None:
    """The notice of one command after a history."""
    before: Task | None = None
    events = given(*history, *((actor, data) for data in command))
    for event in events[: len(history)]:
        before = tasks.evolve(before, event)
    after = before
    for event in events[len(history) :]:
        after = tasks.evolve(after, event)
    assert after is not None
    return notice_of(before, after, events[len(history) :])


def told(notice: Notice | None) -> dict[str, tuple[str, str]]:
    """Who is concerned: the kind that it goes by, and why."""
    return {} if notice is None else {user: (c.kinds[0], c.why) for user, c in notice.concerned.items()}


# Ann made the task, Bob does it, Cat has commented on it.
THREE = (("ann", GIVEN_TO_BOB), ("cat", COMMENT_OF_CAT))
EVERYBODY_BUT_ANN = {"bob": "assignee", "cat": "commenter"}

EVERY_EVENT: list[tuple[TaskEvent, str | None, dict[str, str]]] = [
    (TaskTitleChanged(old="Fix it", new="Fix all"), "edited", EVERYBODY_BUT_ANN),
    (TaskDescriptionChanged(old="", new="How"), "edited", EVERYBODY_BUT_ANN),
    (TaskPriorityChanged(old="none", new="high"), "edited", EVERYBODY_BUT_ANN),
    (TaskDueChanged(old=None, new=date(2026, 12, 24)), "edited", EVERYBODY_BUT_ANN),
    (TaskLabelsChanged(old=(), new=("ops",)), "edited", EVERYBODY_BUT_ANN),
    (TaskStatusChanged(old="waiting", new="done"), "status", EVERYBODY_BUT_ANN),
    (TaskRankChanged(old="V00001", new="V00009"), None, {}),
    (TaskAssigned(user_id="dan"), "assigned", {**EVERYBODY_BUT_ANN, "dan": "assignee"}),
    (TaskUnassigned(user_id="bob"), "assigned", {"bob": "unassigned", "cat": "commenter"}),
    (TaskCommented(comment_id="c2", body="Me too."), "commented", EVERYBODY_BUT_ANN),
    (TaskCommentEdited(comment_id="c1", old="I saw it too.", new="Never mind."), None, {}),
    (TaskCommentDeleted(comment_id="c1", old="I saw it too."), None, {}),
    (TaskMentioned(user_ids=("dan", "ann")), "commented", {"dan": "mentioned"}),
    (TaskEstimateChanged(old=None, new=2.0), "edited", EVERYBODY_BUT_ANN),
    (TaskCommentRestored(comment_id="c1", body="I saw it too."), None, {}),
    (TaskDeleted(), "deleted", EVERYBODY_BUT_ANN),
]


@pytest.mark.parametrize(("event", "kind", "people"), EVERY_EVENT, ids=lambda value: type(value).__name__)
def test_assignees_creator_and_commenters_are_told_but_not_the_actor(
    event: TaskEvent, kind: str | None, people: dict[str, str]
) -> None:
    assert told(when(THREE, "ann", event)) == {person: (kind, why) for person, why in people.items()}


def test_the_table_has_every_event() -> None:
    begun_otherwise = {TaskCreated, TaskRestored}
    of_fields = {
        field.event for field in FIELDS if field.event is not None
    }  # the table says what kind of news they are
    assert {type(event) for event, _, _ in EVERY_EVENT} | begun_otherwise | of_fields == set(get_args(TaskEvent))


def test_a_move_is_told_without_the_place_in_the_column() -> None:
    notice = when(
        THREE, "ann", TaskStatusChanged(old="waiting", new="done"), TaskRankChanged(old="V00001", new="V00009")
    )
    assert notice is not None
    assert [change.field for change in notice.changes] == ["status"]
    assert notice.last_version == 4


def test_a_restored_task_is_told() -> None:
    assert told(when((*THREE, ("ann", TaskDeleted())), "cat", TaskRestored())) == {
        "bob": ("restored", "assignee"),
        "ann": ("restored", "creator"),
    }


def test_a_new_task_is_told_to_its_assignees() -> None:
    assert told(when((), "ann", GIVEN_TO_BOB)) == {"bob": ("created", "assignee")}


def test_a_new_task_of_nobody_else_is_told_to_nobody() -> None:
    assert when((), "ann", CREATED) is None


def test_whoever_is_made_assignee_by_themself_is_not_told() -> None:
    assert told(when((("ann", CREATED),), "bob", TaskAssigned(user_id="bob"))) == {"ann": ("assigned", "creator")}


def test_what_the_system_does_is_told_to_everybody() -> None:
    assert set(told(when(THREE, None, TaskDeleted()))) == {"ann", "bob", "cat"}


def test_whoever_is_mentioned_is_told_of_the_comment() -> None:
    comment = TaskCommented(comment_id="c2", body="@Dan @Bob look", mentions=("dan", "bob"))
    notice = when(THREE, "ann", comment)
    assert told(notice) == {
        "bob": ("commented", "mentioned"),
        "cat": ("commented", "commenter"),
        "dan": ("commented", "mentioned"),
    }
    assert notice is not None
    assert notice.excerpt == "@Dan @Bob look"


def test_whoever_is_mentioned_by_an_edit_of_a_comment_is_told_alone() -> None:
    history = (*THREE, ("ann", TaskCommented(comment_id="c2", body="@Bob", mentions=("bob",))))
    edit = TaskCommentEdited(comment_id="c2", old="@Bob", new="@Bob @Dan", mentions=("bob", "dan"))
    notice = when(history, "ann", edit)
    assert told(notice) == {"dan": ("commented", "mentioned")}
    assert notice is not None
    assert notice.types["commented"] == "task.comment-edited"


def test_an_imported_comment_is_told_to_nobody() -> None:
    imported = TaskCommented(comment_id="c2", body="Long ago", mentions=("dan",), author_name="Eve", written_at=NOON)
    assert when(THREE, "ann", imported) is None


def test_one_command_is_one_notice_with_all_its_changes() -> None:
    notice = when(
        THREE,
        "ann",
        TaskTitleChanged(old="Fix it", new="Fix all"),
        TaskStatusChanged(old="waiting", new="done"),
        TaskAssigned(user_id="dan"),
    )
    assert notice is not None
    assert (notice.version, notice.last_version, notice.title) == (3, 5, "Fix all")
    assert notice.concerned == {
        "bob": Concern(("assigned", "status", "edited"), "assignee"),
        "dan": Concern(("assigned", "status", "edited"), "assignee"),
        "cat": Concern(("assigned", "status", "edited"), "commenter"),
    }
    assert notice.changes == [
        Change("title", "Fix it", "Fix all"),
        Change("status", "waiting", "done"),
        Change("assignees", None, "dan"),
    ]
    assert notice.types == {
        "edited": "task.title-changed",
        "status": "task.status-changed",
        "assigned": "task.assigned",
    }


def test_long_texts_are_shortened() -> None:
    notice = when(THREE, "ann", TaskDescriptionChanged(old="", new="x" * 10_000))
    assert notice is not None
    assert notice.changes == [Change("description", "", "x" * (LONGEST - 1) + "…")]


# --- channels ---


def project(deleted: bool = False, **members: Role) -> Project:
    return Project(
        id=PROJECT,
        key="OPS",
        name="Operations",
        statuses=DEFAULT_STATUSES,
        members=members,
        created_by="ann",
        created_at=NOON,
        updated_at=NOON,
        deleted=deleted,
        version=1,
    )


TEAM = project(ann="owner", bob="member", cat="viewer")


def lines(
    notice: Notice | None, of: Project | None = TEAM, later: timedelta = timedelta(), **preferences: Preferences
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """The ledger: (person, channel) -> (kind, state, reason)."""
    assert notice is not None
    return {
        (line.user_id, line.channel.name): (line.kind, line.state, line.reason)
        for line in tellings_of(notice, of, preferences, NOON + later, DAY)
    }


MOVED = when(THREE, "ann", TaskStatusChanged(old="waiting", new="done"))
MOVED_AND_EDITED = when(
    THREE, "ann", TaskStatusChanged(old="waiting", new="done"), TaskTitleChanged(old="Fix it", new="Fix all")
)


def test_everything_is_told_by_inbox_and_by_mail() -> None:
    assert lines(MOVED) == {
        ("bob", "inbox"): ("status", "sent", None),
        ("bob", "mail"): ("status", "pending", None),
        ("cat", "inbox"): ("status", "sent", None),
        ("cat", "mail"): ("status", "pending", None),
    }


def test_who_has_left_the_project_is_told_nothing() -> None:
    without_bob = lines(MOVED, project(ann="owner", cat="viewer"))
    assert without_bob["bob", "inbox"] == ("status", "suppressed", "not_a_member")
    assert without_bob["bob", "mail"] == ("status", "suppressed", "not_a_member")
    assert without_bob["cat", "inbox"] == ("status", "sent", None)


@pytest.mark.parametrize("gone", [None, project(deleted=True, ann="owner", bob="member", cat="member")])
def test_nobody_is_told_of_a_project_that_is_gone(gone: Project | None) -> None:
    assert {line[1:] for line in lines(MOVED, gone).values()} == {("suppressed", "not_a_member")}


def test_what_is_old_is_not_mailed() -> None:
    assert lines(MOVED, later=DAY)["bob", "mail"] == ("status", "pending", None)
    late = lines(MOVED, later=DAY + timedelta(seconds=1))
    assert late["bob", "mail"] == ("status", "suppressed", "too_old")
    assert late["bob", "inbox"] == ("status", "sent", None)


def test_a_muted_project_is_told_by_no_channel() -> None:
    muted = lines(MOVED, bob=Preferences(muted=frozenset({PROJECT})), cat=Preferences(muted=frozenset({"another"})))
    assert {line for (user, _), line in muted.items() if user == "bob"} == {("status", "suppressed", "muted")}
    assert muted["cat", "inbox"] == ("status", "sent", None)


@pytest.mark.parametrize("channel", ["inbox", "mail"])
@pytest.mark.parametrize(
    ("kind", "history", "event"),
    [
        ("created", (), GIVEN_TO_BOB),
        ("assigned", (("ann", CREATED),), TaskAssigned(user_id="bob")),
        ("status", THREE, TaskStatusChanged(old="waiting", new="done")),
        ("edited", THREE, TaskDueChanged(old=None, new=date(2026, 12, 24))),
        ("commented", THREE, TaskCommented(comment_id="c2", body="Me too.")),
        ("deleted", THREE, TaskDeleted()),
        ("restored", (*THREE, ("ann", TaskDeleted())), TaskRestored()),
    ],
)
def test_a_kind_that_is_not_wanted_is_left_out_of_that_channel_alone(
    kind: Any, history: Any, event: TaskEvent, channel: Any
) -> None:
    off = {(kind, channel)} | ({("assigned", channel)} if kind == "created" else set())
    found = lines(when(history, "ann", event), bob=Preferences(off=frozenset(off)))
    other = "mail" if channel == "inbox" else "inbox"
    assert found["bob", channel] == (kind, "suppressed", "preference")
    assert found["bob", other] == (kind, "pending" if other == "mail" else "sent", None)


def test_a_notice_goes_by_the_most_important_kind_that_is_wanted() -> None:
    found = lines(MOVED_AND_EDITED, bob=Preferences(off=frozenset({("status", "mail")})))
    assert found["bob", "inbox"][0] == "status"
    assert found["bob", "mail"] == ("edited", "pending", None)


def test_an_assignee_who_wants_no_new_tasks_is_told_of_the_assignment() -> None:
    found = lines(when((), "ann", GIVEN_TO_BOB), bob=Preferences(off=frozenset({("created", "inbox")})))
    assert found["bob", "inbox"] == ("assigned", "sent", None)


def test_ids_are_the_same_whenever_computed_and_sort_by_time() -> None:
    assert MOVED is not None
    again = when(THREE, "ann", TaskStatusChanged(old="waiting", new="done"))
    assert again is not None
    assert again.id == MOVED.id
    ids = {MOVED.id, *(MOVED.delivery_id(user, channel) for user in ("bob", "cat") for channel in ("inbox", "mail"))}
    assert len(ids) == 5
    assert all(map(is_id, ids))
    assert stable_id(NOON, "z") < stable_id(NOON + timedelta(milliseconds=1), "a")


LONG = " ".join(f"word{n}" for n in range(130))


@pytest.mark.parametrize(
    ("old", "new", "old_part", "new_part"),
    [
        (LONG, LONG + " and a sentence more.", None, "and a sentence more."),
        (LONG, "First. " + LONG, None, "First."),
        (LONG, LONG.replace("word70 ", "changed "), "word70", "changed"),
        (LONG + " tail", LONG, "tail", None),
        ("가나다 " * 300, "가나다 " * 300 + "끝", None, "끝"),
        ("short", LONG, "short", "word0"),
    ],
)
def test_of_long_texts_the_part_that_differs_is_told(
    old: str, new: str, old_part: str | None, new_part: str | None
) -> None:
    before, after = differing(old, new)
    assert before != after
    assert max(len(before), len(after)) <= LONGEST
    for part, shown, other in ((old_part, before, after), (new_part, after, before)):
        if part is not None:
            assert part in shown
            assert part not in other


def test_short_texts_are_told_whole() -> None:
    assert differing("a", "b") == ("a", "b")

"""What taking back decides: given what happened, when somebody undoes, then which events, or a question."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from contracts.project import DEFAULT_STATUSES, Project
from contracts.task import (
    Task,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCommentRestored,
    TaskCreated,
    TaskDeleted,
    TaskDueChanged,
    TaskEvent,
    TaskLabelsChanged,
    TaskPriorityChanged,
    TaskRestored,
    TaskStatusChanged,
    TaskTitleChanged,
    TaskUnassigned,
    evolve,
)
from kernel.log.decider import Rejection
from kernel.log.event import Recorded
from task_service.domain import task as tasks
from task_service.domain.undo import ChangedSince, Undo, undo

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROJECT = Project(
    id="p",
    key="OPS",
    name="Operations",
    statuses=DEFAULT_STATUSES,
    labels=(),
    members={"ann": "owner", "bob": "member", "eve": "viewer"},
    created_by="ann",
    created_at=NOON,
    updated_at=NOON,
    version=1,
)


class Story:
    """A task and all that happened to it."""

    def __init__(self) -> None:
        self.history: list[Recorded[TaskEvent]] = []
        self.state: Task | None = None
        self.happen(
            "ann",
            TaskCreated(
                project_id="p",
                number=1,
                key="OPS-1",
                title="One",
                description="",
                status="waiting",
                priority="none",
                due=None,
                labels=("old",),
                assignees=("ann",),
            ),
        )

    def happen(self, actor: str, *events: TaskEvent) -> list[int]:
        versions = []
        for data in events:
            version = len(self.history) + 1
            time = NOON + timedelta(minutes=version)
            event = Recorded(stream="task-1", version=version, type="x", time=time, actor=actor, data=data)
            self.state = evolve(self.state, event)
            self.history.append(event)
            versions.append(version)
        return versions

    def edit(self, by: str, **fields: Any) -> list[int]:
        return self.happen(by, *tasks.decide(tasks.EditTask(by=by, **fields), self.state, PROJECT))

    def undo(self, by: str, versions: Sequence[int], *force: str) -> list[int]:
        asked = Undo(by=by, versions=frozenset(versions), force=frozenset(force))
        return self.happen(by, *undo(asked, self.history, self.state, PROJECT))

    @property
    def task(self) -> Task:
        assert self.state is not None
        return self.state


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_field_gets_back_what_it_was(story: Story) -> None:
    changed = story.edit("ann", title="Two", due=date(2026, 12, 24), priority="high")
    story.edit("ann", title="Three")
    story.undo("ann", [*changed, *range(changed[-1] + 1, len(story.history) + 1)])
    assert (story.task.title, story.task.due, story.task.priority) == ("One", None, "none")


def test_what_somebody_changed_since_is_a_question_with_all_three_values(story: Story) -> None:
    low = story.edit("ann", priority="low")
    story.edit("bob", priority="urgent")
    before = list(story.history)
    with pytest.raises(ChangedSince) as asked:
        story.undo("ann", low)
    [conflict] = asked.value.conflicts
    assert (conflict.field, conflict.yours, conflict.now, conflict.by) == ("priority", "low", "urgent", "bob")
    assert (asked.value.code, asked.value.status, story.history) == ("changed_since", 409, before)
    story.undo("ann", low, "priority")
    assert story.task.priority == "none"


def test_a_value_that_somebody_chose_again_is_theirs(story: Story) -> None:
    low = story.edit("ann", priority="low")
    story.edit("bob", priority="urgent")
    story.edit("bob", priority="low")
    with pytest.raises(ChangedSince):
        story.undo("ann", low)


def test_nothing_is_written_when_somebody_put_it_back_already(story: Story) -> None:
    low = story.edit("ann", priority="low")
    story.edit("bob", priority="none")
    assert story.undo("ann", low) == []


def test_one_conflict_leaves_all_as_it_is(story: Story) -> None:
    changed = story.edit("ann", title="Two", priority="low")
    story.edit("bob", priority="urgent")
    with pytest.raises(ChangedSince):
        story.undo("ann", changed)
    assert story.task.title == "Two"


def test_redo_is_undo_of_the_undo(story: Story) -> None:
    changed = story.edit("ann", title="Two", status="done")
    undone = story.undo("ann", changed)
    assert (story.task.title, story.task.status) == ("One", "waiting")
    story.undo("ann", undone)
    assert (story.task.title, story.task.status) == ("Two", "done")


def test_labels_and_people_go_back_one_by_one(story: Story) -> None:
    changed = story.edit("ann", labels=("old", "mine"), assignees=("bob",))
    story.edit("bob", labels=("old", "mine", "theirs"), assignees=("bob", "eve"))
    story.undo("ann", changed)
    assert story.task.labels == ("old", "theirs")
    assert set(story.task.assignees) == {"ann", "eve"}


def test_a_label_that_somebody_took_and_put_again_is_theirs(story: Story) -> None:
    changed = story.edit("ann", labels=("old", "both"))
    story.edit("bob", labels=("old",))
    story.edit("bob", labels=("old", "both"))
    with pytest.raises(ChangedSince) as asked:
        story.undo("ann", changed)
    assert [(conflict.field, conflict.yours) for conflict in asked.value.conflicts] == [("labels", "both")]


def test_a_deletion_is_taken_back_and_a_creation_is_a_deletion(story: Story) -> None:
    deleted = story.happen("ann", TaskDeleted())
    assert [type(event.data) for event in story.history[story.undo("bob", deleted)[0] - 1 :]] == [TaskRestored]
    assert not story.task.deleted
    other = Story()
    other.undo("bob", [1])
    assert other.task.deleted


def test_comments_come_back_with_their_words_by_their_author_alone(story: Story) -> None:
    story.happen("bob", TaskCommented(comment_id="c", body="First"))
    story.happen("bob", TaskCommentEdited(comment_id="c", old="First", new="Second"))
    deleted = story.happen("bob", TaskCommentDeleted(comment_id="c", old="Second"))
    with pytest.raises(Rejection, match="author"):
        story.undo("ann", deleted)
    restored = story.undo("bob", deleted)
    assert story.history[restored[0] - 1].data == TaskCommentRestored(comment_id="c", body="Second")
    assert (story.task.comments["c"].body, story.task.comments["c"].deleted) == ("Second", False)
    story.undo("bob", [3], "comment")
    assert story.task.comments["c"].body == "First"


def test_who_may_not_write_may_not_undo_and_versions_that_are_not_there_are_told(story: Story) -> None:
    changed = story.edit("ann", title="Two")
    for by, versions, status in (("eve", changed, 403), ("stranger", changed, 404), ("ann", [99], 422)):
        with pytest.raises(Rejection) as refused:
            story.undo(by, versions)
        assert refused.value.status == status


def test_ten_thousand_interleavings_replace_no_value_of_somebody_else_without_a_question() -> None:
    """Two people change and undo at random; whatever B left, no undo of A takes away, unless it was asked."""
    random = Random(7)
    fields: dict[str, list[Any]] = {
        "title": ["One", "Two", "Three"],
        "priority": ["none", "low", "urgent"],
        "status": ["waiting", "in_progress", "done"],
        "due": [None, date(2026, 12, 1), date(2026, 12, 2)],
    }
    questions = undone = 0
    for _ in range(10_000):
        story = Story()
        owner: dict[str, str] = {}
        mine: list[list[int]] = []
        for _ in range(random.randint(4, 12)):
            who, field = random.choice(["ann", "bob"]), random.choice(list(fields))
            if who == "ann" and mine and random.random() < 0.4:
                versions = random.choice(mine)
                before = story.task
                try:
                    made = story.undo("ann", versions)
                except ChangedSince:
                    questions += 1
                    continue
                undone += 1
                for name in fields:
                    if getattr(before, name) != getattr(story.task, name):
                        assert owner.get(name, "ann") == "ann", (name, story.history)
                        owner[name] = "ann"
                if made:
                    mine.append(made)
                continue
            versions = story.edit(who, **{field: random.choice(fields[field])})
            if versions:
                owner[field] = who
                if who == "ann":
                    mine.append(versions)
    assert questions > 500
    assert undone > 2_000


@pytest.mark.parametrize(
    "event",
    [
        TaskTitleChanged(old="One", new="Two"),
        TaskStatusChanged(old="waiting", new="done"),
        TaskPriorityChanged(old="none", new="low"),
        TaskDueChanged(old=None, new=date(2026, 1, 1)),
        TaskLabelsChanged(old=("old",), new=("new",)),
        TaskAssigned(user_id="bob"),
        TaskUnassigned(user_id="ann"),
        TaskDeleted(),
    ],
)
def test_every_change_has_a_way_back(story: Story, event: TaskEvent) -> None:
    before = story.task
    story.undo("ann", story.happen("ann", event))
    names = ("title", "status", "priority", "due", "labels", "assignees", "deleted")
    assert [getattr(story.task, name) for name in names] == [getattr(before, name) for name in names]

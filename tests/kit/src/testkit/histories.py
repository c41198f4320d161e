"""Made-up histories of a board for tests and benchmarks: valid events in a random order, from a seed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from contracts import invitation, project, rank, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.fields import BY_EVENT, FIELDS, PRIORITY
from contracts.forms import Choice, Day, Form, Labels, Number, People, StatusKey, Text
from contracts.project import Color, Project, ProjectEvent, Role, Status
from contracts.task import Task, TaskEvent
from kernel.log.envelope import Envelope
from kernel.ports.event_store import MAX_ITEMS_PER_APPEND, EventStore, StreamAppend

PEOPLE: Final = ("ann", "bo", "민수", "dora")
WORDS: Final = (
    "Ship",
    "the",
    "release",
    "100%",
    "under_score",
    "Ärger",
    "Straße",
    "배포",
    "한글 검색",
    "버그",
    "İ",
    "q'\"\\",
)
LABELS: Final = ("bug", "문서", "Docs", "docs")
STATUSES: Final[tuple[Status, ...]] = (
    *project.DEFAULT_STATUSES,
    Status(key="archived", name="Archived", category="done", color="gray"),
)
COLORS: Final[tuple[Color | None, ...]] = (None, "red", "teal")
PRIORITIES: Final = PRIORITY.values
ROLES: Final[tuple[Role, ...]] = ("owner", "member", "viewer")
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Board:
    """Projects and tasks that grow by random events. `events` holds every stream of it, oldest event first."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.events: dict[str, list[Envelope]] = {}
        self.projects: dict[str, Project] = {}
        self.tasks: dict[str, Task] = {}
        self.time = _START
        self._ids = 0

    def grow(self, count: int) -> Sequence[Envelope]:
        """Let `count` more things happen, and return their events in the order of time."""
        return [self._happen() for _ in range(count)]

    def new_project(self) -> Envelope:
        """Make a project with one to three members."""
        owner = self.random.choice(PEOPLE)
        name = self._text(3)
        created = project.ProjectCreated(key="OPS", name=name, statuses=STATUSES[:3], owner=owner)
        return self._add_project(project.stream_of(self._id()), created)

    def new_task(self, project_id: str) -> Envelope:
        """Make a task in a project."""
        number = 1 + sum(known.project_id == project_id for known in self.tasks.values())
        created = task.TaskCreated(
            project_id=project_id,
            number=number,
            key=f"OPS-{number}",
            **{field.name: self._value(field.form) for field in FIELDS},
        )
        return self._add_task(task.stream_of(self._id()), created)

    def change_task(self, stream: str) -> Envelope:
        """Let one of the things happen to a task that can happen in its state."""
        return self._add_task(stream, self._task_change(self.tasks[stream]))

    def change_project(self, stream: str) -> Envelope:
        """Let one of the things happen to a project that can happen in its state."""
        return self._add_project(stream, self._project_change(self.projects[stream]))

    def _happen(self) -> Envelope:
        chance = self.random.random()
        if not self.projects or chance < 0.05:
            return self.new_project()
        if not self.tasks or chance < 0.3:
            return self.new_task(self.random.choice(list(self.projects.values())).id)
        if chance < 0.4:
            return self.change_project(self.random.choice(list(self.projects)))
        return self.change_task(self.random.choice(list(self.tasks)))

    def _task_change(self, state: Task) -> TaskEvent:
        comment = self.random.choice([None, *state.comments.values()])
        user = self.random.choice(PEOPLE)
        changes: list[TaskEvent] = [
            *(
                change(old=getattr(state, field.name), new=self._value(field.form))
                for change, field in BY_EVENT.items()
            ),
            task.TaskRankChanged(old=state.rank, new=self._rank(state)),
            task.TaskUnassigned(user_id=user) if user in state.assignees else task.TaskAssigned(user_id=user),
            task.TaskRestored() if state.deleted else task.TaskDeleted(),
            task.TaskCommented(comment_id=self._id(), body=self._text(4), mentions=self._some(PEOPLE)),
        ]
        unnamed = tuple(user for user in PEOPLE if user not in state.mentioned)
        if unnamed:
            changes.append(task.TaskMentioned(user_ids=unnamed[:1]))
        if comment is not None and not comment.deleted:
            changes.append(task.TaskCommentEdited(comment_id=comment.id, old=comment.body, new=self._text(4)))
            changes.append(task.TaskCommentDeleted(comment_id=comment.id, old=comment.body))
        if comment is not None and comment.deleted:
            changes.append(task.TaskCommentRestored(comment_id=comment.id, body=self._text(4)))
        return self.random.choice(changes)

    def _project_change(self, state: Project) -> ProjectEvent:
        user, role = self.random.choice(PEOPLE), self.random.choice(ROLES)
        statuses = tuple(self.random.sample(STATUSES, self.random.randint(1, len(STATUSES))))
        changes: list[ProjectEvent] = [
            project.ProjectRenamed(old=state.name, new=self._text(3)),
            project.ProjectStatusesChanged(old=state.statuses, new=statuses),
            project.ProjectLabelsChanged(old=state.labels, new=self._labels()),
            project.ProjectRestored() if state.deleted else project.ProjectDeleted(),
        ]
        known = state.members.get(user)
        if known is None:
            changes.append(project.MemberAdded(user_id=user, role=role))
        else:
            changes.append(project.MemberRoleChanged(user_id=user, old=known, new=role))
            changes.append(project.MemberRemoved(user_id=user, role=known))
        return self.random.choice([*changes, self._invitation(state, user)])

    def _invitation(self, state: Project, user: str) -> ProjectEvent:
        known = self.random.choice([None, *state.invitations])
        if known is None:
            return invitation.MemberInvited(
                invitation_id=self._id(),
                role=self.random.choice(ROLES),
                token_hash=f"{self.random.getrandbits(256):064x}",
                max_uses=self.random.randint(1, 5),
                expires_at=self.time + timedelta(minutes=self.random.randint(1, 90)),
                addressed=self.random.random() < 0.5,
            )
        if user not in known.used_by and self.random.random() < 0.5:
            return invitation.InvitationAccepted(invitation_id=known.id, user_id=user)
        return invitation.InvitationWithdrawn(invitation_id=known.id)

    def _add_task(self, stream: str, data: TaskEvent) -> Envelope:
        envelope = self._envelope(stream, *TASK_CODEC.encode(data))
        self.tasks[stream] = task.evolve(self.tasks.get(stream), TASK_CODEC.decode(envelope))
        return envelope

    def _add_project(self, stream: str, data: ProjectEvent) -> Envelope:
        envelope = self._envelope(stream, *PROJECT_CODEC.encode(data))
        self.projects[stream] = project.evolve(self.projects.get(stream), PROJECT_CODEC.decode(envelope))
        return envelope

    def _envelope(self, stream: str, name: str, schema_version: int, data: dict[str, Any]) -> Envelope:
        # Several events at one instant, as in one append, and several in one second.
        self.time += timedelta(microseconds=self.random.choice([0, 1, 250_000, 60_000_000]))
        known = self.events.setdefault(stream, [])
        known.append(
            Envelope(
                stream=stream,
                version=len(known) + 1,
                type=name,
                schema_version=schema_version,
                time=self.time,
                data=data,
                actor=self.random.choice([*PEOPLE, None]),
                command_id="a-command",
                correlation_id="a-request",
            )
        )
        return known[-1]

    def _value(self, form: Form) -> Any:
        match form:
            case Text():
                return self._text(9) if form.lines else self._text(3)
            case StatusKey():
                return self.random.choice(STATUSES).key
            case Choice():
                return self.random.choice(form.values)
            case Day():
                return self._day()
            case Number():
                return self.random.choice([None, form.lowest, form.step, form.highest])
            case Labels():
                return self._some(LABELS)
            case People():
                return self._some(PEOPLE)

    def _text(self, words: int) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, words)))

    def _labels(self) -> tuple[project.Label, ...]:
        return tuple(project.Label(name=name, color=self.random.choice(COLORS)) for name in self._some(LABELS))

    def _some(self, values: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.random.sample(values, self.random.randint(0, min(2, len(values)))))

    def _rank(self, state: Task) -> str:
        low, high = self.random.choice([(None, state.rank), (state.rank, None)])
        return rank.between(low, high, state.number)

    def _day(self) -> date | None:
        return self.random.choice([None, date(2026, 1, 1), date(2026, 2, 28), date(2027, 12, 31)])

    def _id(self) -> str:
        # Counted, so that even a random that says the same again and again makes no id twice.
        self._ids += 1
        return str(UUID(int=self.random.getrandbits(64) << 64 | self._ids, version=4))


async def record(store: EventStore, events: Sequence[Envelope]) -> None:
    """Append events to a log, in their order, as few at a time as it takes."""
    at_once = MAX_ITEMS_PER_APPEND // 2  # which may all be of different streams
    for start in range(0, len(events), at_once):
        by_stream: dict[str, list[Envelope]] = {}
        for event in events[start : start + at_once]:
            by_stream.setdefault(event.stream, []).append(event)
        await store.append(
            [StreamAppend(stream=stream, expected=run[0].version - 1, events=run) for stream, run in by_stream.items()]
        )

"""Makes the plan of an import: looks up what is there, and writes nothing."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from contracts.project import Project
from contracts.task import Task
from taskledger.imports import fitting
from taskledger.imports.choices import Choices
from taskledger.imports.columns_of_board import plan_board
from taskledger.imports.ids import made
from taskledger.imports.model import BadFile, Draft, DraftComment, DraftTask, Fault, Note, Person
from taskledger.imports.plan import (
    Change,
    Here,
    Importing,
    Item,
    PersonPlan,
    Plan,
    Wanted,
    assignees_of,
    differing,
    labels_of,
    people_of,
)

_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_MANY_NOTES: Final = 200


class Log(Protocol):
    """What is looked up."""

    async def project(self, project_id: str) -> Project | None:
        """A project, or None."""
        ...

    async def task(self, task_id: str) -> Task | None:
        """A task, or None."""
        ...

    def tasks_of(self, project_id: str) -> AsyncIterator[Task]:
        """Every task of a project."""
        ...


async def make_plan(
    draft: Draft,
    into: Project | None,
    importing: Importing,
    here: Sequence[Here],
    choices: Choices,
    log: Log,
    new_project_id: str,
    undone: frozenset[str] = frozenset(),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Plan:
    """The plan of a draft. Without `into` it goes into a new project. `undone`: tasks that an import made and that
    were taken back with it: importing them again restores them. Raises BadFile for choices that cannot be."""
    for name, user_id in choices.people.items():
        if user_id and user_id != importing.user_id and user_id not in {person.id for person in here}:
            raise BadFile(f"people.{name}", Fault("nobody_known", "is nobody whom you share a project with"))
    notes = list(draft.notes)
    board = plan_board(draft, into, choices.statuses, notes)
    people = people_of(draft, importing, here, choices.people)
    plan = Plan(
        draft=draft,
        project=into,
        project_id=into.id if into else new_project_id,
        name=into.name if into else draft.name,
        board=board,
        labels=labels_of(draft, into, fitting.label_name),
        people=people,
        here=here,
        time_zone=choices.zone_name,
        notes=notes,
        left_out=list(draft.left_out),
    )
    if draft.questions:
        return plan
    strangers = [entry.person.name for entry in people if not entry.assigned]
    if strangers:
        plan.notes.append(Note(code="people_not_assigned", what=", ".join(strangers[:_MANY_NOTES])))
    own = {task.key: task.id async for task in log.tasks_of(into.id)} if into and _own_keys(draft) else {}
    await _Planner(plan, log, own, undone).items(draft.tasks, progress)
    if choices.strict and plan.left_out:
        where, problem = plan.left_out[0]
        raise BadFile(where, problem)
    return plan


def _own_keys(draft: Draft) -> bool:
    return draft.format == "taskledger" and any(task.key for task in draft.tasks)


class _Planner:
    def __init__(self, plan: Plan, log: Log, own: Mapping[str, str], undone: frozenset[str]) -> None:
        self._plan = plan
        self._undone = undone
        self._log = log
        self._own = own
        self._people: Mapping[Person, PersonPlan] = {entry.person: entry for entry in plan.people}
        self._ours = frozenset(entry.user_id for entry in plan.people if entry.user_id)
        self._now = datetime.now(UTC)

    async def items(self, tasks: Sequence[DraftTask], progress: Callable[[int, int], None]) -> None:
        """An item for each task."""
        for done, task in enumerate(tasks, 1):
            self._plan.items.append(await self._item(task))
            if done % 500 == 0 or done == len(tasks):
                progress(done, len(tasks))

    async def _item(self, task: DraftTask) -> Item:
        plan = self._plan
        notes: list[Note] = []
        task_id = self._task_id(task)
        there = await self._log.task(task_id) if plan.project else None
        wanted = self._wanted(task, notes)
        plan.notes += notes[: max(0, _MANY_NOTES - len(plan.notes))]
        base = {"task_id": task_id, "where": task.where, "source": task.source, "wanted": wanted}
        if there is None:
            created = self._time(task.created_at)
            return Item(
                **base,  # type: ignore[arg-type]
                kind="new",
                comments=self._comments(task, None, task_id),
                delete=task.deleted,
                created_at=created,
                completed_at=self._time(task.completed_at, created),
                number=_number(task.key) if plan.project is None else None,
                rank=task.rank,
            )
        restore = there.deleted and not task.deleted and task_id in self._undone
        if there.deleted and not restore:
            if not task.deleted:
                plan.left_out.append((task.where, Fault("deleted_here", "was deleted here")))
            return Item(**base, kind="same" if task.deleted else "left_out")  # type: ignore[arg-type]
        fields = differing(there, wanted, task.says, self._ours)
        unsaid = "description" not in task.says and wanted.description != there.description
        if unsaid and there.description == self._described(task, task.people):
            # All that stands there is what an import wrote; somebody has been named since.
            fields["description"] = wanted.description
        comments = self._comments(task, there, task_id)
        changes = [_change(name, there, value, plan) for name, value in fields.items()]
        if there.deleted != task.deleted:
            changes.append(Change(field="deleted", old=there.deleted, new=task.deleted))
        return Item(
            **base,  # type: ignore[arg-type]
            kind="changed" if changes or comments else "same",
            fields=fields,
            before={name: getattr(there, name) for name in fields},
            changes=changes,
            comments=comments,
            delete=task.deleted,
            restore=restore,
        )

    def _described(self, task: DraftTask, others: Sequence[Person]) -> str:
        """The description with these people as names alone."""
        _, kept = self._status(task)
        if others:
            kept.append(("Assigned to", ", ".join(person.name for person in others)))
        every = [*task.kept, *kept]
        return fitting.title_and_description(task.title, task.description, every, task.where, [])[1]

    def _task_id(self, task: DraftTask) -> str:
        if task.key and task.key in self._own:
            return self._own[task.key]
        return made("task", self._plan.project_id, task.source)

    def _wanted(self, task: DraftTask, notes: list[Note]) -> Wanted:
        assignees, others = assignees_of(task.people, self._people)
        status, kept = self._status(task)
        if others:
            kept.append(("Assigned to", ", ".join(others)))
        title, description = fitting.title_and_description(
            task.title, task.description, [*task.kept, *kept], task.where, notes
        )
        return Wanted(
            title=title,
            description=description,
            status=status,
            priority=task.priority,
            due=task.due,
            labels=fitting.labels(task.labels, task.where, notes),
            assignees=assignees,
            more=task.more,
        )

    def _status(self, task: DraftTask) -> tuple[str | None, list[tuple[str, str]]]:
        """The status, and where the task stood if that is no status here, or not the one that it gets."""
        board = self._plan.board
        plan = board.plans.get(task.status)
        if task.done and (plan is None or plan.category != "done"):
            return board.first("done").key, [("List", task.status)] if task.status else []
        if plan is not None:
            return plan.key, [("List", task.status)] if plan.merged else []
        return None, [("List", task.status)] if task.status else []

    def _comments(self, task: DraftTask, there: Task | None, task_id: str) -> list[tuple[str, DraftComment]]:
        known = there.comments if there else {}
        found = []
        for comment in task.comments:
            comment_id = made("comment", task_id, comment.source)
            if comment.deleted or comment_id in known or comment.source in known:
                continue
            found.append((comment_id, comment))
        return found

    def _time(self, at: datetime | None, after: datetime | None = None) -> datetime | None:
        """A time in the past that can be, or None."""
        if at is None or not _EARLIEST <= at <= self._now or (after is not None and at < after):
            return None
        return at.astimezone(UTC)


def _number(key: str | None) -> int | None:
    number = (key or "").rpartition("-")[2]
    return int(number) if number.isdigit() and 0 < int(number) < 10_000_000 else None


def _change(name: str, task: Task, value: object, plan: Plan) -> Change:
    old = getattr(task, name)
    if name == "status":
        names = {status.key: status.name for status in plan.board.statuses}
        return Change(field=name, old=names.get(old, old), new=names.get(str(value), value))
    if name == "assignees":
        people = {person.id: person.name for person in plan.here}
        return Change(
            field=name,
            old=[people.get(user, user) for user in old],
            new=[people.get(user, user) for user in value],  # type: ignore[attr-defined]
        )
    return Change(field=name, old=old, new=value)

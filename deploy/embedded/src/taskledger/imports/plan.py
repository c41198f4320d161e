"""What an import would do, decided before anything is written: what is new, what changes, what is the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from contracts.fields import MAX_ASSIGNEES
from contracts.project import Label, Project
from contracts.task import Task
from task_service.domain.project import MAX_PROJECT_LABELS
from taskledger.imports.columns_of_board import BoardPlan, StatusPlan
from taskledger.imports.model import Draft, DraftComment, Fault, Note, Person
from taskledger.imports.reading.clean import folded

Kind: TypeAlias = Literal["new", "changed", "same", "left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Someone whom whoever imports may name: they share a project. `member`: of the project that is imported into."""

    id: str
    name: str
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """Who imports, and as what the file may name them: their name and their own address, folded."""

    user_id: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """Someone in the file. `user_id`: who that is here, by choice or because it is whoever imports.

    `suggested` has the same name and shares a project; it counts only when chosen. `assigned`: is a member, so that
    tasks can be theirs.
    """

    person: Person
    count: int
    user_id: str | None
    suggested: str | None
    assigned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field's value, old to new, as people read it."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A task's fields as they are to be stored. `status` is None where the file says none."""

    title: str
    description: str
    status: str | None
    priority: str
    due: date | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What becomes of one task of the file. `fields` are what an existing task changes in, `before` what they were."""

    kind: Kind
    task_id: str
    where: str
    source: str
    wanted: Wanted
    fields: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    comments: Sequence[tuple[str, DraftComment]] = ()
    delete: bool = False
    restore: bool = False
    created_at: datetime | None = None
    completed_at: datetime | None = None
    number: int | None = None
    rank: str | None = None
    problem: str = ""


@dataclass(slots=True, kw_only=True)
class Plan:
    """All of it. `project_id` is of the project that is there or will be; `project` is None for a new one."""

    draft: Draft
    project: Project | None
    project_id: str
    name: str
    board: BoardPlan
    labels: tuple[Label, ...]
    people: list[PersonPlan]
    here: Sequence[Here]
    time_zone: str
    items: list[Item] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    left_out: list[tuple[str, Fault]] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tasks are new, changed, the same, left out; and of comments that are new, and tasks put away."""
        kinds = Counter(item.kind for item in self.items)
        return {
            "new": kinds["new"],
            "changed": kinds["changed"],
            "same": kinds["same"],
            "left_out": len(self.left_out),
            "comments": sum(len(item.comments) for item in self.items),
            "deleted": sum(item.delete for item in self.items),
        }


def statuses_in_order(plan: Plan) -> Sequence[StatusPlan]:
    """The file's statuses as the file has them."""
    return [plan.board.plans[s.name] for s in plan.draft.statuses if s.name in plan.board.plans]


def labels_of(draft: Draft, project: Project | None, cut: Any) -> tuple[Label, ...]:
    """The project's labels as they will be: those it has, and those that the file lays down."""
    labels = list(project.labels) if project else []
    known = {label.name for label in labels}
    for label in draft.labels:
        name = cut(label.name)
        if name and name not in known and len(labels) < MAX_PROJECT_LABELS:
            known.add(name)
            labels.append(Label(name=name, color=label.color))
    return tuple(labels)


def people_of(draft: Draft, importing: Importing, here: Sequence[Here], chosen: Mapping[str, str]) -> list[PersonPlan]:
    """Everyone in the file. Only whoever imports is known by a name; all others are named by hand, among `here`."""
    members = {person.id for person in here if person.member} | {importing.user_id}
    known = {person.id for person in here} | {importing.user_id}
    by_name: dict[str, list[str]] = {}
    for one in here:
        by_name.setdefault(folded(one.name), []).append(one.id)
    found: list[PersonPlan] = []
    for person, count in Counter(person for task in draft.tasks for person in task.people).items():
        said = chosen.get(person.name)
        alike = by_name.get(folded(person.name), [])
        user_id = said or None
        if said is None:
            if person.user_id in known:
                user_id = person.user_id
            elif {folded(person.name), folded(person.username)} & importing.names:
                user_id = importing.user_id
        found.append(
            PersonPlan(
                person=person,
                count=count,
                user_id=user_id,
                suggested=alike[0] if len(alike) == 1 and user_id is None and said is None else None,
                assigned=user_id in members,
            )
        )
    return found


def assignees_of(people: Sequence[Person], plans: Mapping[Person, PersonPlan]) -> tuple[tuple[str, ...], list[str]]:
    """Who of a task's people is assigned, and the names of those who are not."""
    assigned = dict.fromkeys(
        plan.user_id for person in people if (plan := plans[person]).assigned and plan.user_id is not None
    )
    others = [person.name for person in people if not plans[person].assigned]
    return tuple(assigned)[:MAX_ASSIGNEES], others


def differing(task: Task, wanted: Wanted, says: frozenset[str], ours: frozenset[str]) -> dict[str, Any]:
    """The fields in which a task differs from what the file says of it.

    `ours`: everyone whom the file's names mean; of the assignees only those are taken off.
    """
    found: dict[str, Any] = {}
    if task.title != wanted.title:
        found["title"] = wanted.title
    if "description" in says and task.description != wanted.description:
        found["description"] = wanted.description
    if "status" in says and wanted.status is not None and task.status != wanted.status:
        found["status"] = wanted.status
    if "priority" in says and task.priority != wanted.priority:
        found["priority"] = wanted.priority
    if "due" in says and task.due != wanted.due:
        found["due"] = wanted.due
    found |= {n: value for n, value in wanted.more.items() if n in says and getattr(task, n) != value}
    if "labels" in says and set(task.labels) != set(wanted.labels):
        found["labels"] = wanted.labels
    if "people" in says:
        stay = tuple(user for user in task.assignees if user not in ours or user in wanted.assignees)
        people = tuple(dict.fromkeys((*stay, *wanted.assignees)))
        if set(people) != set(task.assignees):
            found["assignees"] = people
    return found

"""Weeks of work, the same for the same day. Long because all of it is drawn, in order, from one chance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from math import log
from random import Random
from typing import Final
from uuid import UUID

from contracts.project import Status
from contracts.task import Priority
from task_service.domain.project import CreateProject, PutMember
from task_service.domain.task import (
    AddComment,
    CreateTask,
    DeleteTask,
    EditTask,
    RestoreTask,
    TaskChange,
)
from taskledger_demo.stories import PEOPLE, Card, Person, Story, Words, stories, words

MORNING: Final = time(9)
WORK_MINUTES: Final = 9 * 60
_QUIET_WEEK: Final = 5
"""So many weeks ago there was little work, as when half of a team is away; charts should show such a thing."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does to a task."""

    at: datetime
    command: TaskChange


@dataclass(slots=True)
class TaskLife:
    """A task from its creation on."""

    id: str
    at: datetime
    creation: CreateTask
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProjectLife:
    """A project, who was let in, and the tasks in the order in which they were made."""

    id: str
    at: datetime
    creation: CreateProject
    members: Sequence[PutMember]
    tasks: Sequence[TaskLife]


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that happened, until `now`. `ids` has the people's."""

    now: datetime
    ids: Mapping[Person, str]
    projects: Sequence[ProjectLife]


def demo(now: datetime) -> Demo:
    """The team's last weeks, in the working hours of the time zone of `now`."""
    random = Random(2026)  # noqa: S311 - made up, and the same each time
    began = now - timedelta(weeks=14)
    ids = {person: _id(random, began) for person in PEOPLE}
    by_nick = {person.nick: person for person in PEOPLE}
    said = words()
    return Demo(now, ids, [_Team(story, by_nick, ids, said, now).live() for story in stories()])


def _id(random: Random, at: datetime) -> str:
    """A UUIDv7 of a time (RFC 9562, section 5.7)."""
    milliseconds = int(at.timestamp() * 1000)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)))


@dataclass(slots=True)
class _Work:
    """A task as the team works on it. `left`: days of work; `clock`: when something happened to it last."""

    life: TaskLife
    card: Card
    language: str
    status: Status
    clock: datetime
    description: str
    due: date | None
    people: tuple[str, ...] = ()
    left: float = 0.0
    stuck: bool = False
    over: bool = False
    said: set[str] = field(default_factory=set)


class _Team:
    """One project's people at work."""

    def __init__(
        self,
        story: Story,
        by_nick: Mapping[str, Person],
        ids: Mapping[Person, str],
        said: Mapping[str, Words],
        now: datetime,
    ) -> None:
        self._story = story
        self._random = Random(story.key)  # noqa: S311
        self._said = said
        self._now = now
        self._names = {ids[by_nick[nick]]: by_nick[nick].name for nick in story.members}
        self._members = list(self._names)
        self._viewers = [ids[by_nick[nick]] for nick in story.viewers]
        self._statuses = {
            category: [status for status in story.statuses if status.category == category]
            for category in ("waiting", "active", "done")
        }
        self._cards = self._coming()
        self._work: list[_Work] = []
        self._day = now.date()

    def live(self) -> ProjectLife:
        """The project's life."""
        first = (self._now - timedelta(weeks=self._story.began)).date()
        first -= timedelta(first.weekday())
        at = datetime.combine(first, MORNING, self._now.tzinfo)
        owner = self._members[0]
        for day in range((self._now.date() - first).days + 1):
            self._day = first + timedelta(day)
            if self._day.weekday() < 5:
                self._live_day(self._story.at_once if day == 0 else 0)
        self._plan_ahead()
        tasks = sorted((work.life for work in self._work), key=lambda life: life.at)
        return ProjectLife(
            _id(self._random, at),
            at,
            CreateProject(
                by=owner,
                name=self._story.name,
                key=self._story.key,
                statuses=self._story.statuses,
                labels=self._story.labels,
            ),
            [
                *(PutMember(by=owner, user_id=m, role="member", registered=True) for m in self._members[1:]),
                *(PutMember(by=owner, user_id=v, role="viewer", registered=True) for v in self._viewers),
            ],
            tasks,
        )

    def _live_day(self, at_once: int) -> None:
        weeks_ago = (self._now.date() - self._day).days / 7
        pace = 0.3 if _QUIET_WEEK - 1 <= weeks_ago < _QUIET_WEEK else 1.0
        for _ in range(at_once + self._about(self._story.arrivals * pace)):
            self._arrive()
        for work in [work for work in self._work if not work.over]:
            if work.due and work.due < self._day and work.status.category != "done" and self._random.random() < 0.2:
                work.due = self._day + timedelta(self._random.randint(2, 12))
                self._do(work, EditTask(by=self._someone(), due=work.due))
            match work.status.category:
                case "waiting":
                    self._wait(work)
                case "active":
                    self._go_on(work, pace)
                case "done":
                    self._look_back(work)
        self._pull(round(self._story.limit * (0.5 if pace < 1 else 1)) + self._random.choice((-1, 0, 0, 1)))

    # --- what happens to a task ---

    def _arrive(self) -> None:
        card = next(self._cards, None)
        if card is None:
            return
        random = self._random
        language = "ko" if any("가" <= letter <= "힣" for letter in card.title) else "en"
        at = self._moment(datetime.combine(self._day, MORNING, self._now.tzinfo))
        description = random.choice(self._said[language]["descriptions"]) if random.random() < 0.45 else ""
        usual = 3 if card.priority in ("high", "urgent") else 12
        due = self._day + timedelta(usual + random.randint(0, 16)) if random.random() < 0.4 else None
        status = self._statuses["waiting"][0]
        creation = CreateTask(
            by=random.choice(self._members),
            title=card.title,
            description=description,
            status=status.key,
            priority=card.priority,
            due=due,
            labels=card.labels,
            assignees=(random.choice(self._members),) if random.random() < 0.3 else (),
        )
        if at > self._now:
            return
        life = TaskLife(_id(random, at), at, creation)
        self._work.append(_Work(life, card, language, status, at, description, due, people=creation.assignees))

    def _wait(self, work: _Work) -> None:
        random, waiting = self._random, self._statuses["waiting"]
        if random.random() < 0.01:
            self._do(work, EditTask(by=self._someone(), priority=random.choice(("high", "medium", "low"))))
        if random.random() < 0.05:
            self._ask(work)
        age = self._day - work.life.at.date()
        if age > timedelta(12) and random.random() < 0.006:
            self._do(work, DeleteTask(by=self._someone()))
            if random.random() < 0.3:
                self._do(work, RestoreTask(by=self._someone()))
            else:
                work.over = True
        elif len(waiting) > 1 and work.status is waiting[0] and self._count(waiting[1]) < 6 and random.random() < 0.3:
            self._move(work, waiting[1], self._members[0])

    def _pull(self, limit: int) -> None:
        """Take up the most pressing of what waits, as long as there is not too much at work already."""
        active = self._statuses["active"][0]
        for _ in range(2):
            ready = [w for w in self._work if w.status is self._statuses["waiting"][-1] and not w.over]
            if not ready or sum(w.status.category == "active" and not w.stuck for w in self._work) >= limit:
                return
            work = min(ready, key=lambda w: (-_PRESSING[w.card.priority] + 3 * self._random.random(), w.life.id))
            person = work.people[0] if work.people else min(self._members, key=lambda m: (self._load(m), m))
            people: tuple[str, ...] = () if work.people else (person,)
            if self._random.random() < 0.2:
                people = tuple(dict.fromkeys((*work.people, person, self._someone())))
            work.people = people or work.people
            work.left = self._random.lognormvariate(log(self._story.effort), 0.7)
            self._move(work, active, person, people)
            if self._random.random() < 0.7:
                self._tick(work, person, 1)
            if self._random.random() < 0.04:
                work.left, work.stuck = work.left + 30, True

    def _go_on(self, work: _Work, pace: float) -> None:
        random, active = self._random, self._statuses["active"]
        person = work.people[0]
        if work.stuck:
            if random.random() < 0.08:
                self._say(work, person, "stuck")
        elif random.random() < 0.12:
            self._say(work, person, "progress")
            self._tick(work, person, 1)
        elif random.random() < 0.12:
            self._ask(work)
        if work.due is None and random.random() < 0.03:
            work.due = self._day + timedelta(random.randint(3, 9))
            self._do(work, EditTask(by=person, due=work.due))
        work.left -= pace * random.uniform(0.6, 1.4)
        if work.left > 0:
            return
        work.stuck = False
        at = active.index(work.status)
        if at + 1 < len(active):
            work.left = random.uniform(0.2, 1.4)
            self._tick(work, person, 2)
            self._move(work, active[at + 1], person)
        elif at > 0 and random.random() < 0.14:
            work.left = random.uniform(0.5, 2)
            self._say(work, self._someone(person), "returned")
            self._move(work, active[at - 1], self._someone(person))
        else:
            reviewer = self._someone(person) if at > 0 else person
            if at > 0 and random.random() < 0.4:
                self._say(work, reviewer, "review")
            self._tick(work, person, 9)
            self._move(work, self._statuses["done"][0], reviewer)

    def _look_back(self, work: _Work) -> None:
        days = (self._day - work.clock.date()).days
        if days > 4:
            work.over = True
        elif days > 0 and self._random.random() < 0.015:
            by = self._someone(work.people[0])
            self._say(work, by, "reopened")
            work.left = self._random.uniform(0.5, 2.5)
            self._move(work, self._statuses["active"][0], by)

    def _plan_ahead(self) -> None:
        """Give some of what is open a day in the near past or future, so that there is something to be late with."""
        self._day = self._now.date() - timedelta(max(0, self._now.date().weekday() - 4))
        days = cycle((-2, 1, 0, 4, -1, 7, 2, 11))
        for work in self._work:
            if not work.over and not work.due and work.status.category != "done" and self._random.random() < 0.3:
                due = self._now.date() + timedelta(next(days))
                self._do(work, EditTask(by=self._members[0], due=due))

    # --- what steps are made of ---

    def _do(self, work: _Work, command: TaskChange) -> None:
        at = self._moment(work.clock)
        if at > self._now:
            work.over = True  # today is not over yet
        if not work.over:
            work.life.steps.append(Step(at, command))
            work.clock = at

    def _move(self, work: _Work, status: Status, by: str, people: tuple[str, ...] = ()) -> None:
        move = EditTask(by=by, status=status.key)
        self._do(work, replace(move, assignees=people) if people else move)
        work.status = status

    def _say(self, work: _Work, by: str, occasion: str) -> None:
        """Write what has not been written there yet, if there is anything left."""
        news = [body for body in self._said[work.language][occasion] if body not in work.said]
        if news:
            self._write(work, by, self._random.choice(news))

    def _ask(self, work: _Work) -> None:
        said = self._said[work.language]
        news = [pair for pair in zip(said["questions"], said["answers"], strict=True) if pair[0] not in work.said]
        if news:
            question, answer = self._random.choice(news)
            who = work.people[0] if work.people else self._someone()
            self._write(work, self._someone(who), question, who)
            if self._random.random() < 0.8:
                self._write(work, who, answer)

    def _write(self, work: _Work, by: str, body: str, to: str | None = None) -> None:
        work.said.add(body)
        text = body.replace("{who}", self._names[to]) if to else body
        mentions = (to,) if to else ()
        self._do(work, AddComment(by=by, comment_id=_id(self._random, work.clock), body=text, mentions=mentions))

    def _tick(self, work: _Work, by: str, points: int) -> None:
        description = work.description.replace("- [ ]", "- [x]", points)
        if description != work.description:
            self._do(work, EditTask(by=by, description=description))
            work.description = description

    def _moment(self, after: datetime) -> datetime:
        """A time of the day at hand, after what happened last."""
        begin = datetime.combine(self._day, MORNING, self._now.tzinfo)
        at = begin + timedelta(minutes=self._random.triangular(0, WORK_MINUTES, WORK_MINUTES / 3))
        return max(at, after + timedelta(minutes=self._random.uniform(3, 40))).astimezone(UTC)

    def _someone(self, but: str | None = None) -> str:
        return self._random.choice([member for member in self._members if member != but])

    def _load(self, member: str) -> int:
        return sum(member in work.people[:1] and work.status.category == "active" for work in self._work)

    def _count(self, status: Status) -> int:
        return sum(work.status is status and not work.over for work in self._work)

    def _about(self, rate: float) -> int:
        return int(rate) + (self._random.random() < rate % 1)

    def _coming(self) -> Iterator[Card]:
        numbered = any("{n}" in card.title for card in self._story.cards)
        number = 4100
        while True:
            for card in self._story.cards:
                number += self._random.randint(1, 40)
                yield replace(card, title=card.title.replace("{n}", str(number)))
            if not numbered:
                return


_PRESSING: Final[Mapping[Priority, int]] = {"none": 0, "low": -1, "medium": 1, "high": 2, "urgent": 6}

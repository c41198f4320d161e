"""A query as somebody asks it: whom its names mean, what day it is where they are, and what is said of a wrong one."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from contracts.project import Project
from kernel.http import problems
from kernel.http.field_errors import FieldError
from kernel.http.problems import Problem
from kernel.identity.people import People
from task_service.asked import NOTHING_ASKED, Asked, Asker, asked_of
from task_service.domain.people import Person, whose
from task_service.domain.query import BadQuery, Query, parse
from task_service.domain.query.model import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The text of a query, and the zone whose days are meant in it."""

    text: str
    zone: ZoneInfo


class Asking:
    """Makes of a question what the read model can be asked."""

    def __init__(self, directory: People) -> None:
        self._directory = directory

    async def asked(
        self, question: Question, user_id: str, projects: Callable[[], Awaitable[Iterable[Project]]]
    ) -> Asked:
        """What somebody asks. Of `projects`, whose members names may mean, is asked where there are names.

        Raises Problem 422 `bad_query`, with `position` and `expected`; 503 where names cannot be known now.
        """
        if not question.text.strip():
            return NOTHING_ASKED
        try:
            query = parse(question.text)
            people = await self._people(query, projects)
            asker = Asker(
                people=lambda who: _meant(who, user_id, people),
                today=datetime.now(UTC).astimezone(question.zone).date(),
                zone=question.zone,
            )
            return asked_of(query, asker)
        except BadQuery as bad:
            raise bad_query(bad) from bad

    async def _people(self, query: Query, projects: Callable[[], Awaitable[Iterable[Project]]]) -> Sequence[Person]:
        if all(who.how != "name" for who in query.people):
            return []
        members = sorted({user_id for project in await projects() for user_id in project.members})
        names = await self._directory.names(members)
        if members and not names:
            raise problems.unavailable("The names of people cannot be looked up right now. Try again in a moment.")
        return [Person(id=user_id, name=name) for user_id, name in names.items()]


def _meant(who: Who, user_id: str, people: Sequence[Person]) -> Sequence[str]:
    match who.how:
        case "me":
            return [user_id]
        case "id":
            return [who.said]
        case "name":
            found = whose(who.said, people)
            if not found:
                raise BadQuery(who.at, ("a member's name",), f"nobody here is called “{who.said}”")
            return found


def bad_query(bad: BadQuery) -> Problem:
    """422 `bad_query`."""
    return Problem(
        422,
        "bad_query",
        f"The query is not understood: {bad.detail}",
        errors=[FieldError("query", bad.detail, "bad_query")],
        members={"position": bad.position, "expected": list(bad.expected)},
    )

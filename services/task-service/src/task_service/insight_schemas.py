"""The JSON of insights."""

from datetime import date, datetime

from pydantic import Field

from contracts.project import Category
from task_service.schemas import View


class BandView(View):
    """A status, and how many tasks stood in it at the end of each day. `former`: the project has it no more."""

    status: str
    name: str
    category: Category
    former: bool
    counts: list[int]


class DurationsView(View):
    """So many percent took at most so many seconds; null where there were none."""

    count: int
    p50: int | None
    p85: int | None
    p95: int | None


class WeekView(View):
    """How many tasks were finished from one day to another, a week from Monday on, as far as it was asked for."""

    from_: date = Field(alias="from")
    to: date
    count: int


class FinishedTaskView(View):
    """A finished task. `lead`: seconds since it was made; `cycle`: since it was begun, null if it never was."""

    id: str
    key: str
    title: str
    finished_at: datetime
    lead: int
    cycle: int | None


class FinishedView(View):
    """What was finished on these days and was so still at their end; of very many, `tasks` has an even choice."""

    count: int
    lead: DurationsView
    cycle: DurationsView
    weeks: list[WeekView]
    tasks: list[FinishedTaskView]


class AgeingTaskView(View):
    """A task that is being worked on. `age`: seconds since it was begun; `still`: since it last changed its status.

    Title and assignees are those of today.
    """

    id: str
    key: str
    title: str
    status: str
    begun_at: datetime
    age: int
    still: int
    assignees: list[str]


class AgeingView(View):
    """What was being worked on at the end of the last day, the oldest first; `tasks` has the oldest of very many."""

    count: int
    tasks: list[AgeingTaskView]


class LoadView(View):
    """How many tasks somebody had at the end of the last day that were not done; `user_id` null: nobody had them."""

    user_id: str | None
    waiting: int
    active: int


class InsightsView(View):
    """How work flowed through a project on some days, and how things stood at the end of the last, `at`.

    The days are those of the time zone `tz`. Statuses mean what the project says of them today, or said last.
    """

    from_: date = Field(alias="from")
    to: date
    tz: str
    at: datetime
    flow: list[BandView]
    finished: FinishedView
    ageing: AgeingView
    load: list[LoadView]

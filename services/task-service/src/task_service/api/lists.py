"""Routes of lists. Who may see them is decided on the log's state; what is in them comes from the read model."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from kernel.http import problems
from kernel.http.openapi import answers
from kernel.http.requests import Text, page
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import AS_OF, deps_of
from task_service.api.moments import Moment, as_of
from task_service.asking import Question
from task_service.capture_schemas import TimeZone
from task_service.lists import Listed
from task_service.past_lists import Listing
from task_service.queries import DEFAULT_SORT, TaskFilters
from task_service.schemas import ActivityView, Page, ProjectView, TaskView
from task_service.statements import SORTS

router = APIRouter(route_class=UserRoute, tags=["lists"], generate_unique_id_function=lambda route: route.name)

MAX_VALUES: Final = 50
UNREADABLE: Final = ("Taskledger-Unreadable",)


def _split(values: list[str]) -> list[str]:
    """The values of a filter that is given several times or with commas. A value with a comma in it is one as well."""
    every = list(dict.fromkeys(part for value in values for part in (value, *value.split(",")) if part))
    if len(every) > MAX_VALUES:
        raise ValueError(f"at most {MAX_VALUES} values")
    return every


Values = Annotated[list[Text], AfterValidator(_split)]


class PageQuery(BaseModel):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000, description="`next_cursor` of the part before")


class ProjectsQuery(PageQuery):
    """Which projects."""

    deleted: bool = Field(default=False, description="the deleted ones instead")


class TasksQuery(PageQuery):
    """Which tasks, and in which order."""

    status: Values = Field(default_factory=list, description="any of these; several times, or with commas")
    assignee: Values = Field(default_factory=list, description="any of these users; `me` is the caller")
    label: Values = Field(default_factory=list, description="any of these")
    q: Annotated[Text, Field(max_length=200)] = Field(default="", description="in title, description or key")
    query: Text = Field(
        default="",
        description=(
            "the query language, besides the filters: `assignee:me status:waiting,doing due<7d -label:bug is:overdue"
            " was:review due-changed:>=3 sort:due`"
        ),
    )
    tz: TimeZone = Field(default="UTC", description="the time zone of the query's days, such as Asia/Seoul")
    sort: str | None = Field(
        default=None,
        max_length=30,
        json_schema_extra={"pattern": f"^-?({'|'.join(SORTS)})$"},
        description=f"{', '.join(SORTS)}; with `-` the other way round; else what the query says, else {DEFAULT_SORT}",
    )
    deleted: bool = Field(default=False, description="the deleted ones instead")

    @property
    def question(self) -> Question:
        """The query, as it is asked."""
        return Question(text=self.query, zone=ZoneInfo(self.tz))

    def filters(self, user_id: str) -> TaskFilters:
        """The filters, for who is asking."""
        return TaskFilters(
            statuses=tuple(self.status),
            assignees=tuple(user_id if user == "me" else user for user in self.assignee),
            labels=tuple(self.label),
            q=self.q,
            deleted=self.deleted,
        )


class ProjectTasksQuery(TasksQuery):
    """Which tasks of a project."""

    at: Moment | None = Field(default=None, description="as they were at that moment, folded from the log")


def _page(listed: Listed) -> Response:
    response = page(listed.documents, listed.more)
    if listed.unreadable:
        response.headers["Taskledger-Unreadable"] = ",".join(listed.unreadable)
    return response


@router.get("/api/projects/{project_id}/tasks", responses=answers(Page[TaskView], headers=AS_OF))
async def list_tasks(request: Request, project_id: str, query: Annotated[ProjectTasksQuery, Query()]) -> Response:
    """The tasks of a project, newest first unless `sort` says otherwise."""
    user_id = user_of(request)
    filters, question = query.filters(user_id), query.question
    if query.at is not None:
        if query.query.strip():
            raise problems.invalid(
                "query", "asks of today; it cannot be asked of a moment in the past yet", reason="asks_of_today"
            )
        sort = query.sort or DEFAULT_SORT
        listing = Listing(filters=filters, sort=sort, cursor=query.cursor, limit=query.limit)
        return as_of(page(*await deps_of(request).past.tasks(project_id, user_id, listing, query.at)), query.at)
    lists = deps_of(request).lists
    return page(*await lists.tasks(project_id, user_id, filters, question, query.sort, query.cursor, query.limit))


@router.get("/api/tasks", responses=answers(Page[TaskView], headers=UNREADABLE))
async def list_my_tasks(request: Request, query: Annotated[TasksQuery, Query()]) -> Response:
    """The tasks that are assigned to the caller, in all projects. `assignee` can only be the caller."""
    user_id = user_of(request)
    lists = deps_of(request).lists
    filters, question = query.filters(user_id), query.question
    return _page(await lists.my_tasks(user_id, filters, question, query.sort, query.cursor, query.limit))


@router.get("/api/projects", responses=answers(Page[ProjectView], headers=UNREADABLE))
async def list_projects(request: Request, query: Annotated[ProjectsQuery, Query()]) -> Response:
    """The projects that the caller is a member of, newest first."""
    user_id = user_of(request)
    return _page(await deps_of(request).lists.projects(user_id, query.deleted, query.cursor, query.limit))


@router.get("/api/projects/{project_id}/activity", responses=answers(Page[ActivityView]))
async def read_activity(request: Request, project_id: str, query: Annotated[PageQuery, Query()]) -> Response:
    """What happened in a project and its tasks, newest first."""
    user_id = user_of(request)
    return page(*await deps_of(request).lists.activity(project_id, user_id, query.cursor, query.limit))

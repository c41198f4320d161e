"""The route of the search over projects."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from kernel.http.openapi import answers
from kernel.http.requests import Text, page
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import deps_of
from task_service.api.lists import PageQuery, Values
from task_service.asking import Question
from task_service.capture_schemas import TimeZone
from task_service.domain.finding import Matched
from task_service.schemas import Page, View
from task_service.searches import Hit, Sought

router = APIRouter(route_class=UserRoute, tags=["lists"], generate_unique_id_function=lambda route: route.name)


class SearchQuery(PageQuery):
    """What is sought, and where."""

    q: Annotated[Text, Field(max_length=500)] = Field(
        default="",
        description="words in any order, initial consonants (ㅎㅇ), and terms of the query language: `회의 is:done`",
    )
    project: Values = Field(default_factory=list, description="only in these projects, by id or key")
    deleted: bool = Field(default=False, description="also what is deleted")
    tz: TimeZone = Field(default="UTC", description="the time zone of the days in `q`, such as Asia/Seoul")


class HitView(View):
    """A task that was found. `matched`: where the words stand; `excerpt`: a piece of that, as text on one line."""

    task_id: str
    project_id: str
    key: str
    title: str
    status: str
    deleted: bool
    updated_at: datetime
    matched: Matched
    excerpt: str


@router.get("/api/search", responses=answers(Page[HitView]))
async def search(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """Everything that is found in the caller's projects: an exact key first, then titles, then the newest.

    Looked for are keys, titles, descriptions, comments and former titles.
    """
    sought = Sought(
        question=Question(text=query.q, zone=ZoneInfo(query.tz)), projects=query.project, deleted=query.deleted
    )
    hits, more = await deps_of(request).searches.page(sought, user_of(request), query.cursor, query.limit)
    return page([_document(hit) for hit in hits], more)


def _document(hit: Hit) -> bytes:
    task = hit.task
    document = {
        "task_id": task.id,
        "project_id": task.project_id,
        "key": task.key,
        "title": task.title,
        "status": task.status,
        "deleted": task.deleted,
        "updated_at": task.updated_at,
        "matched": hit.found.matched,
        "excerpt": hit.found.excerpt,
    }
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)

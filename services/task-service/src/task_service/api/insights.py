"""The route of insights."""

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from kernel.http.openapi import answers
from kernel.http.requests import JSON
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import deps_of
from task_service.capture_schemas import TimeZone
from task_service.field_types import day
from task_service.insight_schemas import InsightsView
from task_service.insights import MOST_DAYS, Asked

router = APIRouter(route_class=UserRoute, tags=["insights"], generate_unique_id_function=lambda route: route.name)


Day = Annotated[date, BeforeValidator(day)]


class InsightsQuery(BaseModel):
    """Which days."""

    from_: Day | None = Field(
        default=None,
        alias="from",
        description=f"the first day, at the earliest that of the project's creation; at most {MOST_DAYS} before `to`",
    )
    to: Day | None = Field(default=None, description="the last day, at the latest today")
    tz: TimeZone = Field(default="UTC", description="the time zone of the days, such as Asia/Seoul")


@router.get("/api/projects/{project_id}/insights", responses=answers(InsightsView))
async def read_insights(request: Request, project_id: str, query: Annotated[InsightsQuery, Query()]) -> Response:
    """How work flowed through a project: cumulative flow, cycle and lead times, throughput, ageing work, load.

    Twelve weeks until today unless days are given; everything is as it stood at the end of the last day.
    """
    asked = Asked(first=query.from_, last=query.to, zone=ZoneInfo(query.tz))
    found = await deps_of(request).insights.of(project_id, user_of(request), asked, datetime.now(UTC))
    return Response(found, media_type=JSON)

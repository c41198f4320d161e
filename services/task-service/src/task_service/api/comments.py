"""Routes of comments. Their ETag is their task's version, for they belong to its stream."""

from fastapi import APIRouter, Request, Response

from contracts.task import Task
from kernel.http.openapi import answers
from kernel.http.requests import Cursor, IdempotencyKey, IfMatch, Limit, command_of, encode_cursor, page, resource
from kernel.http.user_route import UserRoute, user_of
from kernel.log.decider import Outcome
from task_service.api.common import AS_OF, VERSIONED, behind, deps_of
from task_service.api.moments import At, as_of
from task_service.bodies import CommentBody
from task_service.domain.task import DeleteComment
from task_service.schemas import CommentView, Page, comment_bytes

router = APIRouter(route_class=UserRoute, tags=["comments"], generate_unique_id_function=lambda route: route.name)
CHANGED = answers(CommentView, headers=VERSIONED, writes=True)


@router.get("/api/tasks/{task_id}/comments", responses=answers(Page[CommentView], headers=AS_OF))
async def list_comments(
    request: Request, task_id: str, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """The comments of a task, oldest first; a deleted one keeps its place, without its text."""
    after = behind(cursor)
    if at is not None:
        then, rest = await deps_of(request).past.comments(task_id, user_of(request), after, limit, at)
        return as_of(page(map(comment_bytes, then), None if rest is None else encode_cursor(rest)), at)
    comments, more = await deps_of(request).tasks.comments(task_id, user_of(request), after, limit)
    return page(map(comment_bytes, comments), None if more is None else encode_cursor(more))


@router.post(
    "/api/tasks/{task_id}/comments",
    status_code=201,
    responses=answers(CommentView, status=201, headers=VERSIONED, writes=True),
)
async def add_comment(
    request: Request, task_id: str, body: CommentBody, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Write a comment in Markdown. Members whose name follows an `@` are mentioned, and those in `mentions`."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    outcome = await deps_of(request).tasks.add_comment(task_id, user_id, body.body, body.mentions, command, if_match)
    return _answer(outcome, outcome.result["comment_id"], status=201)


@router.patch("/api/tasks/{task_id}/comments/{comment_id}", responses=CHANGED)
async def edit_comment(
    request: Request,
    task_id: str,
    comment_id: str,
    body: CommentBody,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Rewrite one's own comment."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    outcome = await deps_of(request).tasks.edit_comment(
        task_id, comment_id, user_id, body.body, body.mentions, command, if_match
    )
    return _answer(outcome, comment_id)


@router.delete("/api/tasks/{task_id}/comments/{comment_id}", responses=CHANGED)
async def delete_comment(
    request: Request, task_id: str, comment_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Empty one's own comment."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    change = DeleteComment(by=user_id, comment_id=comment_id)
    return _answer(await deps_of(request).tasks.change(task_id, change, command, if_match), comment_id)


def _answer(outcome: Outcome[Task], comment_id: str, *, status: int = 200) -> Response:
    body = comment_bytes(outcome.state.comments[comment_id])
    return resource(body, outcome.version, status=status, replayed=outcome.replayed)

"""Who may call what: every route of the app x anonymous, stranger, removed member, viewer, member, owner."""

from dataclasses import dataclass
from typing import Any, Final

import pytest
from starlette.routing import Route

from testkit.tasks import User, World

CALLERS: Final = ("anonymous", "stranger", "removed", "viewer", "member", "owner")

READ: Final = (401, 404, 404, 200, 200, 200)
WRITE: Final = (401, 404, 404, 403, 200, 200)
MAKE: Final = (401, 404, 404, 403, 201, 201)
MANAGE: Final = (401, 404, 404, 403, 403, 200)
AUTHOR: Final = (401, 404, 404, 403, 200, 403)

MATRIX: Final[dict[tuple[str, str], tuple[tuple[int, ...], Any]]] = {
    ("GET", "/api/projects"): ((401, 200, 200, 200, 200, 200), None),
    ("GET", "/api/tasks"): ((401, 200, 200, 200, 200, 200), None),
    ("GET", "/api/projects/{project_id}/tasks"): (READ, None),
    ("GET", "/api/projects/{project_id}/activity"): (READ, None),
    ("GET", "/api/projects/{project_id}/insights"): (READ, None),
    ("GET", "/api/projects/{project_id}/changes"): (READ, None),
    ("GET", "/api/projects/{project_id}/proof"): (READ, None),
    ("GET", "/api/search"): ((401, 200, 200, 200, 200, 200), None),
    ("GET", "/api/catch-up"): ((401, 200, 200, 200, 200, 200), None),
    ("PUT", "/api/catch-up"): ((401, 200, 200, 200, 200, 200), {"at": "2026-11-01T00:00:00Z"}),
    ("POST", "/api/projects"): ((401, 201, 201, 201, 201, 201), {"name": "Mine"}),
    ("GET", "/api/projects/{project_id}"): (READ, None),
    ("PATCH", "/api/projects/{project_id}"): (MANAGE, {"name": "Renamed"}),
    ("DELETE", "/api/projects/{project_id}"): (MANAGE, None),
    ("POST", "/api/projects/{project_id}/restore"): (MANAGE, None),
    ("PUT", "/api/projects/{project_id}/members/{user_id}"): (MANAGE, {"role": "owner"}),
    ("DELETE", "/api/projects/{project_id}/members/{user_id}"): (MANAGE, None),
    ("POST", "/api/projects/{project_id}/invitations"): ((401, 404, 404, 403, 403, 201), {"role": "viewer"}),
    ("GET", "/api/projects/{project_id}/invitations"): (MANAGE, None),
    ("DELETE", "/api/projects/{project_id}/invitations/{invitation_id}"): ((401, 404, 404, 403, 403, 204), None),
    ("GET", "/api/invitations/{token}"): ((200, 200, 200, 200, 200, 200), None),
    ("POST", "/api/invitations/{token}/accept"): ((401, 200, 200, 200, 200, 200), None),
    ("POST", "/api/internal/companions"): ((401,) * 6, {"user_id": "x"}),
    ("POST", "/api/internal/invitations"): ((401,) * 6, {"token": "x"}),
    ("PUT", "/api/projects/{project_id}/statuses/{status_key}"): (MANAGE, {"name": "Review", "category": "active"}),
    ("DELETE", "/api/projects/{project_id}/statuses/{status_key}"): (MANAGE, None),
    ("PUT", "/api/projects/{project_id}/labels/{label}"): (MANAGE, {"color": "red"}),
    ("DELETE", "/api/projects/{project_id}/labels/{label}"): (MANAGE, None),
    ("POST", "/api/projects/{project_id}/tasks"): (MAKE, {"title": "One more"}),
    ("POST", "/api/projects/{project_id}/tasks/batch"): (MAKE, {"tasks": [{"title": "One"}, {"title": "Two"}]}),
    ("POST", "/api/projects/{project_id}/capture"): (WRITE, {"text": "One"}),
    ("GET", "/api/tasks/{task_id}"): (READ, None),
    ("PATCH", "/api/tasks/{task_id}"): (WRITE, {"title": "Changed"}),
    ("DELETE", "/api/tasks/{task_id}"): (WRITE, None),
    ("POST", "/api/tasks/{task_id}/restore"): (WRITE, None),
    ("PUT", "/api/tasks/{task_id}/assignees/{user_id}"): (WRITE, None),
    ("DELETE", "/api/tasks/{task_id}/assignees/{user_id}"): (WRITE, None),
    ("PUT", "/api/tasks/{task_id}/labels/{label}"): (WRITE, None),
    ("DELETE", "/api/tasks/{task_id}/labels/{label}"): (WRITE, None),
    ("GET", "/api/tasks/{task_id}/history"): (READ, None),
    ("POST", "/api/tasks/{task_id}/undo"): (WRITE, {"versions": [1]}),
    ("GET", "/api/tasks/{task_id}/comments"): (READ, None),
    ("POST", "/api/tasks/{task_id}/comments"): (MAKE, {"body": "Hello"}),
    ("PATCH", "/api/tasks/{task_id}/comments/{comment_id}"): (AUTHOR, {"body": "Hello again"}),
    ("DELETE", "/api/tasks/{task_id}/comments/{comment_id}"): (AUTHOR, None),
}
CODES: Final = {401: "not_authenticated", 403: "forbidden", 404: "not_found"}


@dataclass
class Team:
    """A project with one person of each kind, a task, and a comment by the member."""

    people: dict[str, User]
    ids: dict[str, str]


@pytest.fixture
async def team(world: World) -> Team:
    people = {caller: await world.user(caller) for caller in CALLERS}
    people["anonymous"].token = ""
    owner, member = people["owner"], people["member"]
    project = await owner.project()
    for role in ("viewer", "member"):
        await owner.let_in(project, people[role], role)
    await owner.let_in(project, people["removed"])
    await owner.delete(f"/projects/{project['id']}/members/{people['removed'].id}")
    other = await world.user("other")
    await owner.let_in(project, other, "viewer")
    task = await owner.task(project)
    comment = await member.post(f"/tasks/{task['id']}/comments", {"body": "Hi"})
    invited = await owner.post(f"/projects/{project['id']}/invitations", {"role": "viewer", "max_uses": 9})
    ids = {
        "project_id": project["id"],
        "task_id": task["id"],
        "user_id": other.id,
        "comment_id": comment.json()["id"],
        "invitation_id": invited.json()["id"],
        "token": invited.json()["token"],
    }
    ids |= {"label": "print", "status_key": "review"}
    return Team(people, ids)


def routes_of(world: World) -> set[tuple[str, str]]:
    return {
        (method, route.path_format)
        for route in world.app.routes
        if isinstance(route, Route) and route.path != "/api/openapi.json"
        for method in route.methods or ()
        if method != "HEAD"
    }


async def test_every_route_is_in_the_matrix(world: World) -> None:
    assert routes_of(world) == set(MATRIX)


@pytest.mark.parametrize(("method", "path"), MATRIX)
async def test_every_caller_gets_what_their_role_allows(world: World, team: Team, method: str, path: str) -> None:
    expected, body = MATRIX[method, path]
    for caller, status in zip(CALLERS, expected, strict=True):
        before = await world.log_length()
        answer = await team.people[caller].call(method, path.format(**team.ids).removeprefix("/api"), body)

        assert answer.status_code == status, f"{caller}: {answer.text}"
        if status >= 400:
            assert answer.json()["code"] == CODES[status]
            assert answer.headers["content-type"] == "application/problem+json"
            assert await world.log_length() == before


@pytest.mark.parametrize(("method", "path"), [route for route in MATRIX if "{project_id}" in route[1]])
async def test_a_project_that_does_not_exist_looks_like_one_of_others(
    world: World, team: Team, method: str, path: str
) -> None:
    stranger = team.people["stranger"]
    body = MATRIX[method, path][1]
    answers = []
    for project_id in (team.ids["project_id"], "01920000-0000-7000-8000-000000000000", "nonsense", "%00", "a" * 3000):
        ids = {**team.ids, "project_id": project_id}
        answer = await stranger.call(method, path.format(**ids).removeprefix("/api"), body)
        answers.append((answer.status_code, {**answer.json(), "trace_id": ""}))

    assert answers == [answers[0]] * 5
    assert answers[0][0] == 404


@pytest.mark.parametrize(("method", "path"), [route for route in MATRIX if "{task_id}" in route[1]])
async def test_a_task_that_does_not_exist_looks_like_one_of_others(
    world: World, team: Team, method: str, path: str
) -> None:
    stranger = team.people["stranger"]
    body = MATRIX[method, path][1]
    answers = []
    for task_id in (team.ids["task_id"], "01920000-0000-7000-8000-000000000000", "nonsense", "%00", "a" * 3000):
        ids = {**team.ids, "task_id": task_id}
        answer = await stranger.call(method, path.format(**ids).removeprefix("/api"), body)
        answers.append((answer.status_code, {**answer.json(), "trace_id": ""}))

    assert answers == [answers[0]] * 5
    assert answers[0][0] == 404


@pytest.mark.parametrize(("method", "path"), [route for route in MATRIX if "{task_id}" in route[1]])
async def test_tasks_of_a_deleted_project_are_not_found_even_by_its_owner(team: Team, method: str, path: str) -> None:
    owner = team.people["owner"]
    await owner.delete(f"/projects/{team.ids['project_id']}")

    answer = await owner.call(method, path.format(**team.ids).removeprefix("/api"), MATRIX[method, path][1])
    await owner.post(f"/projects/{team.ids['project_id']}/restore")
    task = await owner.get(f"/tasks/{team.ids['task_id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert task.status_code == 200


@pytest.mark.parametrize("caller", ["viewer", "member"])
async def test_anyone_may_leave_and_has_no_access_from_then_on(team: Team, caller: str) -> None:
    person = team.people[caller]
    leave = f"/projects/{team.ids['project_id']}/members/{person.id}"

    left = await person.delete(leave, key="leaving")
    again = await person.delete(leave, key="leaving")

    assert (left.status_code, left.json()["role"]) == (200, None)
    assert (again.status_code, again.content, again.headers["Idempotency-Replayed"]) == (200, left.content, "true")
    assert (await person.delete(leave)).status_code == 404
    assert (await person.get(f"/tasks/{team.ids['task_id']}")).status_code == 404


async def test_a_first_answer_is_not_given_again_to_someone_who_may_not_see_it_any_more(team: Team) -> None:
    owner, member = team.people["owner"], team.people["member"]
    task, membership = f"/tasks/{team.ids['task_id']}", f"/projects/{team.ids['project_id']}/members/{member.id}"
    done = await member.patch(task, {"title": "Mine"}, key="k")

    await owner.put(membership, {"role": "viewer"})
    demoted = await member.patch(task, {"title": "Mine"}, key="k")
    await owner.delete(membership)
    removed = await member.patch(task, {"title": "Mine"}, key="k")

    assert [answer.status_code for answer in (done, demoted, removed)] == [200, 403, 404]


# --- tokens ---


@pytest.mark.parametrize("what", ["expired", "forged", "other audience", "a service", "not a token", "basic"])
async def test_a_bad_token_is_not_authenticated_whatever_the_body(world: World, ann: User, what: str) -> None:
    forger = type(world.auth)()
    token = {
        "expired": world.auth.token(ann.id, seconds=-5),
        "forged": forger.token(ann.id),
        "other audience": world.auth.token(ann.id, aud="auth-service"),
        "a service": world.auth.token("service:notify-service"),
        "not a token": "eyJ.x.y",
        "basic": "",
    }[what]
    scheme = "Basic abc" if what == "basic" else f"Bearer {token}"
    before = await world.log_length()
    for content in (b'{"name": "Operations"}', b"{", b""):
        headers = {"Authorization": scheme, "Content-Type": "application/json"}
        answer = await world.http.post("/api/projects", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert await world.log_length() == before


async def test_a_personal_token_acts_for_its_owner(world: World, ann: User) -> None:
    world.auth.personal_tokens["tlp_good"] = ann.id
    project = await ann.project()
    ann.token = "tlp_good"

    assert (await ann.get(f"/projects/{project['id']}")).status_code == 200
    ann.token = "tlp_bad"
    assert (await ann.get(f"/projects/{project['id']}")).status_code == 401


async def test_a_cookie_changes_state_only_from_our_own_pages(world: World, ann: User) -> None:
    async def post(**headers: str) -> tuple[int, str | None]:
        sent = {"Cookie": f"tl_access={ann.token}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        answer = await world.http.post("/api/projects", json={"name": "P"}, headers=sent)
        return answer.status_code, answer.json().get("code")

    assert await post() == (403, "cross_site")
    assert await post(Sec_Fetch_Site="cross-site") == (403, "cross_site")
    assert await post(Sec_Fetch_Site="same-origin") == (201, None)
    assert await post(Origin="http://tasks") == (201, None)


async def test_without_auth_service_known_tokens_go_on_and_new_ones_are_told_to_wait(world: World, ann: User) -> None:
    world.auth.away = True

    answer = await ann.get("/projects/x")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    world.auth.away = False
    assert (await ann.get("/projects/x")).status_code == 404
    world.auth.away = True
    assert (await ann.get("/projects/x")).status_code == 404

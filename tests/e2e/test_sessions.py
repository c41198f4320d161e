"""Who logs out somewhere is out there soon, in every service and on the live stream."""

import httpx

from testkit.board import PASSWORD, Board, Person, eventually


def test_a_session_that_has_ended_opens_nothing_any_more(stack: Board) -> None:
    here = stack.register("Ann")
    project = here.post("/api/projects", name="Operations")
    there, third = elsewhere(here, stack.url), elsewhere(here, stack.url)
    sessions = here.get("/api/auth/sessions")["items"]
    assert [session["current"] for session in sessions] == [True, False, False]

    with there.stream("GET", "/api/stream", timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        here.delete(f"/api/auth/sessions/{sessions[1]['id']}")
        for path in ("/api/auth/me", "/api/projects", "/api/notifications"):
            eventually(lambda path=path: there.get(path).status_code == 401)  # type: ignore[misc]
            assert third.get(path).status_code == 200, path
        here.post(f"/api/projects/{project['id']}/tasks", title="Told to nobody there")
        assert [line for line in lines if "Told to nobody" in line] == []
    here.delete("/api/auth/sessions")
    eventually(lambda: third.get("/api/projects").status_code == 401)
    assert len(here.get("/api/auth/sessions")["items"]) == 1
    for client in (there, third):
        client.close()


def elsewhere(person: Person, url: str) -> httpx.Client:
    """The same person, logged in with another device."""
    client = httpx.Client(base_url=url)
    answer = client.post("/api/auth/login", json={"email": person.email, "password": PASSWORD}).raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client

"""The second person comes in: by a link or by mail, on a board where nobody may register."""

import mailbox
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from testkit.board import PASSWORD, Person, Running, eventually, running


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data", REGISTRATION="closed") as process:
        added = process.command("user", "add", "ann@example.org", "--name", "Ann", "--password", PASSWORD)
        assert added.returncode == 0, added.stderr
        yield process


@pytest.fixture
def ann(closed: Running) -> Iterator[Person]:
    person = Person.log_in(closed.url, "ann@example.org")
    yield person
    person.http.close()


def register(board: Running, address: str, token: str) -> httpx.Response:
    body = {"email": address, "password": PASSWORD, "name": "Guest", "invitation": token}
    return httpx.post(f"{board.url}/api/auth/register", json=body, timeout=30)


def mailed(folder: Path, address: str) -> str:
    """The token in the mail to an address."""

    def found() -> Any:
        box = mailbox.Maildir(folder, factory=None, create=False)
        return next((mail for mail in box if mail["To"] == address), None)

    mail = eventually(found)
    message = mail.get_payload()[0].get_payload(decode=True).decode()
    token = re.search(r"/invitation#(tli_[\w-]+)", message)
    assert token
    return token[1]


def test_a_link_lets_one_of_twenty_register_and_both_see_each_other_s_names(closed: Running, ann: Person) -> None:
    project = ann.post("/api/projects", name="Operations", key="OPS")
    made = ann.post(f"/api/projects/{project['id']}/invitations", role="member")

    with ThreadPoolExecutor(20) as people:
        addresses = [f"p{n}@example.org" for n in range(20)]
        answers = list(people.map(lambda address: register(closed, address, made["token"]), addresses))

    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 19
    winner = next(answer for answer in answers if answer.status_code == 201).json()
    members = ann.get(f"/api/projects/{project['id']}")["members"]
    assert [member["user_id"] for member in members] == [ann.id, winner["user"]["id"]]
    logins = [
        httpx.post(
            f"{closed.url}/api/auth/login", json={"email": address, "password": PASSWORD}, timeout=30
        ).status_code
        for address in addresses
    ]
    assert sorted(logins) == [200] + [401] * 19

    headers = {"Authorization": f"Bearer {winner['access_token']}"}
    names = httpx.get(f"{closed.url}/api/users?ids={ann.id}", headers=headers).json()["items"]
    assert names == [{"id": ann.id, "name": "Ann"}]
    assert [user["name"] for user in ann.all("/api/users?q=guest")] == ["Guest"]
    again = httpx.post(f"{closed.url}/api/invitations/{made['token']}/accept", headers=headers)
    assert (again.status_code, again.json()["role"]) == (200, "member")
    ann.call("DELETE", f"/api/projects/{project['id']}/members/{winner['user']['id']}")
    eventually(lambda: httpx.get(f"{closed.url}/api/users?ids={ann.id}", headers=headers).json()["items"] == [])
    assert httpx.post(f"{closed.url}/api/invitations/{made['token']}/accept", headers=headers).status_code == 404


def test_a_mail_lets_in_whoever_has_the_address_and_nobody_else(closed: Running, ann: Person, tmp_path: Path) -> None:
    project = ann.post("/api/projects", name="Operations", key="OPS")
    invitations = f"/api/projects/{project['id']}/invitations"
    made = ann.post(invitations, role="viewer", email="bob@example.org")
    token = mailed(tmp_path / "data" / "mail", "bob@example.org")

    assert register(closed, "eve@example.org", token).status_code == 403
    assert register(closed, "eve@example.org", made["token"]).status_code == 403
    bob = register(closed, "bob@example.org", token)

    assert (bob.status_code, bob.json()["user"]["email_verified"]) == (201, True)
    headers = {"Authorization": f"Bearer {bob.json()['access_token']}"}
    seen = httpx.get(f"{closed.url}/api/projects/{project['id']}", headers=headers).json()
    assert (seen["name"], seen["role"]) == ("Operations", "viewer")
    (listed,) = ann.all(invitations)
    assert (listed["email"], listed["uses"], cast(str | None, listed["mailed_at"]) is not None) == (
        "bob@example.org",
        1,
        True,
    )


def test_what_services_ask_each_other_is_not_there_for_anybody_else(ann: Person) -> None:
    for path in ("companions", "invitations", "invited", "invited/see", "invited/list", "invited/mail"):
        assert ann.http.post(f"/api/internal/{path}", json={}).status_code == 404

"""auth-service killed between what it did and its answer: asked again with the same key, it gives the first outcome."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.board import PASSWORD, Person, Running

SCRIPT = Path(__file__).with_name("dying_board.py")
NEW_PASSWORD = "another one nobody guesses"


class Dying(Running):
    """A board that dies at a moment, once the file is there."""

    def __init__(self, data: Path, moment: str) -> None:
        super().__init__(data)
        self.file = data.with_suffix(".die")
        self.moment = moment

    def launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            command = [sys.executable, str(SCRIPT), str(self.file), self.moment]
            command += ["up", "--port", str(self.port), "--data", str(self.data)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)
        return self.process

    def dies_at(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask, have the process die before its answer, start it again, ask the same again."""
        self.file.touch()
        sent = {"Idempotency-Key": "the same", **headers}
        with pytest.raises(httpx.TransportError):
            httpx.request(method, f"{self.url}/api{path}", json=body, headers=sent, timeout=60)
        assert self.process is not None
        assert self.process.wait(30) == -9
        self.start()
        return httpx.request(method, f"{self.url}/api{path}", json=body, headers=sent, timeout=60)


@contextmanager
def dying(tmp_path: Path, moment: str) -> Iterator[tuple[Dying, Person, dict[str, str]]]:
    board = Dying(tmp_path / "data", moment)
    board.start()
    try:
        ann = board.register("Ann")
        yield board, ann, {"Authorization": ann.http.headers["Authorization"]}
    finally:
        board.close()


def login(board: Dying, email: str, password: str = PASSWORD) -> int:
    return httpx.post(f"{board.url}/api/auth/login", json={"email": email, "password": password}).status_code


def test_a_registration_is_the_account_that_was_made(tmp_path: Path) -> None:
    with dying(tmp_path, "before:Sessions.begin") as (board, _, _):
        body = {"email": "bob@example.org", "password": PASSWORD, "name": "Bob"}
        answer = board.dies_at("POST", "/auth/register", body)
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        me = httpx.get(f"{board.url}/api/auth/me", headers=headers).json()
        assert (me["id"], me["email"]) == (answer.json()["user"]["id"], "bob@example.org")
        assert login(board, "bob@example.org") == 200
        other = httpx.post(f"{board.url}/api/auth/register", json=body, headers={"Idempotency-Key": "another"})
        assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_a_new_password_is_set_and_the_other_sessions_are_ended(tmp_path: Path) -> None:
    with dying(tmp_path, "before:Sessions.end_all") as (board, ann, signed_in):
        other = board.log_in(ann)
        body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
        answer = board.dies_at("POST", "/auth/password", body, **signed_in)
        assert answer.status_code == 204, answer.text
        assert (login(board, ann.email, NEW_PASSWORD), login(board, ann.email)) == (200, 401)
        assert other.http.get("/api/auth/me").status_code == 401


def test_a_token_is_made_once_and_one_that_nobody_saw_works_for_nobody(tmp_path: Path) -> None:
    with dying(tmp_path, "after:PersonalTokens.add") as (board, ann, signed_in):
        answer = board.dies_at("POST", "/auth/tokens", {"name": "script"}, **signed_in)
        assert answer.status_code == 201, answer.text
        assert [token["id"] for token in ann.get("/api/auth/tokens")["items"]] == [answer.json()["id"]]
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert httpx.get(f"{board.url}/api/projects", headers=headers).status_code == 200


def test_what_was_revoked_and_ended_was_so_the_first_time(tmp_path: Path) -> None:
    with dying(tmp_path, "after:PersonalTokens.remove") as (board, ann, signed_in):
        token = ann.post("/api/auth/tokens", name="script")["id"]
        assert board.dies_at("DELETE", f"/auth/tokens/{token}", **signed_in).status_code == 204
        again = ann.http.delete(f"/api/auth/tokens/{token}", headers={"Idempotency-Key": "another"})
        assert again.status_code == 404


def test_a_session_that_was_ended_was_so_the_first_time(tmp_path: Path) -> None:
    with dying(tmp_path, "after:Sessions.end") as (board, ann, signed_in):
        other = board.log_in(ann)
        sessions = ann.get("/api/auth/sessions")["items"]
        ended = next(session["id"] for session in sessions if not session["current"])
        assert board.dies_at("DELETE", f"/auth/sessions/{ended}", **signed_in).status_code == 204
        assert other.http.get("/api/auth/me").status_code == 401

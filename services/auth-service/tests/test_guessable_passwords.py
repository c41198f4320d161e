"""Passwords that guessers try early are refused, and those that they do not are not."""

import httpx
import pytest

from testkit.auth import is_problem

JANE = {"email": "jane.doe@example.org", "name": "Jane Doe"}


@pytest.mark.parametrize(
    "password",
    [
        *("taskledger", "Taskledger2026!", "T4skl3dger!!", "ledger-task-99"),
        *("P@ssw0rd1", "Passwort123", "Monkey12!", "qwertyuiop1"),
        *("Summer2026!", "Autumn2026!!", "w1nter-2025", "가을2026!!!", "비밀번호1234"),
        *("janedoe1", "JaneDoe2026!", "doe_jane_1990", "J4n3d03!!!"),
    ],
)
async def test_what_is_easily_guessed_is_refused(client: httpx.AsyncClient, password: str) -> None:
    answer = await client.post("/api/auth/register", json={**JANE, "password": password})
    (error,) = is_problem(answer, 422, "validation_failed")["errors"]
    assert error["field"] == "password"


@pytest.mark.parametrize(
    "password",
    ["kq7wzm4p", "jasmine tea 42", "sourdough starter", "summer rain on tin", "푸른 하늘 은하수 건너", "x8#kd92!x7"],
)
async def test_what_is_not_is_taken(client: httpx.AsyncClient, password: str) -> None:
    answer = await client.post("/api/auth/register", json={**JANE, "password": password})
    assert answer.status_code == 201, answer.text

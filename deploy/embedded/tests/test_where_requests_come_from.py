"""A client cannot make up its address or its scheme; only proxies that the settings speak of are believed."""

from pathlib import Path

import httpx
import pytest

from testkit.board import Running, running

pytestmark = pytest.mark.process


def wrong_login(process: Running, number: int, forwarded: str) -> int:
    body = {"email": f"p{number}@example.org", "password": "wrong password"}
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    return httpx.post(f"{process.url}/api/auth/login", json=body, headers=headers).status_code


def test_without_a_proxy_forwarding_headers_are_not_believed(tmp_path: Path) -> None:
    with running(tmp_path / "data", ADDRESS_ATTEMPTS="2") as process:
        assert [wrong_login(process, number, f"10.0.0.{number}") for number in range(3)] == [401, 401, 429]
        body = {"email": "ann@example.org", "password": "a password nobody guesses", "name": "Ann", "session": "cookie"}
        headers = {"X-Forwarded-Proto": "https"}
        answer = httpx.post(f"{process.url}/api/auth/register", json=body, headers=headers)
        assert answer.status_code == 201
        assert set(answer.cookies) == {"tl_access", "tl_refresh"}


def test_behind_a_proxy_each_of_its_clients_counts_alone(tmp_path: Path) -> None:
    with running(tmp_path / "data", ADDRESS_ATTEMPTS="1", TRUSTED_PROXIES="1") as process:
        seen = ["1.1.1.1, 10.0.0.1", "2.2.2.2, 10.0.0.1", "10.0.0.2"]
        assert [wrong_login(process, number, forwarded) for number, forwarded in enumerate(seen)] == [401, 429, 401]

"""Which requests the embedded process takes, and what it tells of itself to whom."""

from pathlib import Path

import httpx
import pytest

from testkit.board import running


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""])
def test_a_name_that_nobody_gave_the_board_is_refused(tmp_path: Path, host: str) -> None:
    with running(tmp_path / "data", PUBLIC_URL="https://board.example.org") as board:
        for path in ("/api/config", "/metrics", "/"):
            answer = httpx.get(board.url + path, headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host"), path
        assert httpx.get(f"{board.url}/readyz", headers={"Host": host}).status_code == 200


def test_its_own_names_and_addresses_are_taken_and_https_is_kept_to(tmp_path: Path) -> None:
    with running(tmp_path / "data", PUBLIC_URL="https://board.example.org", METRICS_TOKEN="a token") as board:
        for host in ("board.example.org", "BOARD.example.org:443", "localhost:1", "192.0.2.7:8000", "[::1]:8000"):
            answer = httpx.get(f"{board.url}/api/config", headers={"Host": host})
            assert answer.status_code == 200, host
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        for path in ("/metrics", "/api/openapi.json"):
            assert httpx.get(board.url + path).status_code == 200
            for headers in (
                {"Host": "board.example.org"},
                {"X-Forwarded-For": "203.0.113.9"},
                {"Host": "board.example.org", "Authorization": "Bearer a guess"},
            ):
                answer = httpx.get(board.url + path, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (path, headers)
            answer = httpx.get(
                board.url + path, headers={"Host": "board.example.org", "Authorization": "Bearer a token"}
            )
            assert answer.status_code == 200


def test_without_https_nobody_is_held_to_it(tmp_path: Path) -> None:
    with running(tmp_path / "data") as board:
        answer = httpx.get(f"{board.url}/api/config")
        assert answer.status_code == 200
        assert "strict-transport-security" not in answer.headers

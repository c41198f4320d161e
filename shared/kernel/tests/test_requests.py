"""Cursors, If-Match and the commands that requests make."""

import pytest
from starlette.requests import Request

from kernel.http.problems import Problem
from kernel.http.requests import check_if_match, command_of, decode_cursor, encode_cursor


def request(body: bytes = b"{}", path: str = "/api/tasks") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"", "server": ("t", 80)}
    return Request({**scope, "scheme": "http"}, receive)


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode_cursor(encode_cursor("2026-01-01", 12), str, int) == ("2026-01-01", 12)


@pytest.mark.parametrize(
    "cursor", ["", "!", "AAAA", "%00", encode_cursor("a"), encode_cursor(1, 2), encode_cursor("a", True), "ünïcode"]
)
def test_a_cursor_that_is_not_of_this_list_is_a_422(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(cursor, str, int)
    assert caught.value.status == 422


@pytest.mark.parametrize("value", [None, "*", '"3"', '"2", "3"'])
def test_if_match_lets_the_current_version_pass(value: str | None) -> None:
    check_if_match(value, 3)


@pytest.mark.parametrize("value", ['"2"', "3", 'W/"3"', "", '"33"'])
def test_if_match_with_another_version_is_stale(value: str) -> None:
    with pytest.raises(Problem) as caught:
        check_if_match(value, 3)
    assert (caught.value.status, caught.value.code) == (412, "stale")


async def test_the_same_key_of_the_same_person_is_the_same_command() -> None:
    one = await command_of(request(), "ann", "key-1")
    assert (await command_of(request(), "ann", "key-1")).id == one.id
    assert (await command_of(request(), "bob", "key-1")).id != one.id
    assert one.keyed


async def test_another_body_or_path_has_another_fingerprint() -> None:
    one = await command_of(request(b'{"a":1}'), "ann", "key-1")
    assert (await command_of(request(b'{"a":2}'), "ann", "key-1")).fingerprint != one.fingerprint
    assert (await command_of(request(b'{"a":1}', "/api/projects"), "ann", "key-1")).fingerprint != one.fingerprint


async def test_without_a_key_every_request_is_a_command_of_its_own() -> None:
    one, two = await command_of(request(), "ann", None), await command_of(request(), "ann", None)
    assert one.id != two.id
    assert not one.keyed

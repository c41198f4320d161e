"""Cursors, If-Match and the commands that requests make."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from kernel.http.problems import Problem
from kernel.http.requests import (
    Line,
    Text,
    VisibleText,
    at_most_octets,
    command_of,
    decode_cursor,
    encode_cursor,
    if_match_holds,
)


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
    assert if_match_holds(value, 3)


@pytest.mark.parametrize("value", ['"2"', "3", 'W/"3"', "", '"33"'])
def test_if_match_with_another_version_is_stale(value: str) -> None:
    assert not if_match_holds(value, 3)


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


LINE, TEXT = TypeAdapter(Line), TypeAdapter(Text)


@pytest.mark.parametrize("gap", ["\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\t\t"])
def test_gaps_of_other_programs_are_a_space_in_a_line_and_an_end_of_line_in_a_text(gap: str) -> None:
    assert LINE.validate_python(f"{gap}Left{gap}Right{gap}") == "Left Right"
    expected = "Left\tRight" if gap == "\t" else "Left\t\tRight" if gap == "\t\t" else "Left\nRight"
    assert TEXT.validate_python(f"Left{gap}Right") == expected


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x07", "\x7f", "\n", "\r\n"])
def test_what_is_no_text_in_a_line_is_refused(control: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(f"a{control}b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\ufeff",
        "\u202e",
        "\u00ad",
        "\u2060 \ufe0f",
        "\U000e0020",
    ],
)
def test_what_cannot_be_seen_is_empty(text: str) -> None:
    for kind in (Line, VisibleText):
        with pytest.raises(ValidationError, match="must not be empty"):
            TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("text", [".", "가", "👩‍👩‍👧", "❤️", "ـ", "́", "x\u200by"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert LINE.validate_python(text) == text


def test_a_text_is_bounded_as_it_is_stored() -> None:
    bounded = TypeAdapter(Annotated[Text, at_most_octets(12)])
    for fits in ("a" * 12, "가" * 4, "🙂" * 3, "\n" * 6):
        assert bounded.validate_python(fits) == fits
    for longer in ("a" * 13, "가" * 5, "🙂" * 4, "\n" * 7):
        with pytest.raises(ValidationError, match="at most 12 bytes"):
            bounded.validate_python(longer)

"""Whatever is in a file, it is read, asked about, or refused: nothing else comes out of a reader."""

import json
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskledger.imports.choices import Choices
from taskledger.imports.model import BadFile
from taskledger.imports.read import read
from taskledger.imports.understanding.dates import NoDate, moment
from taskledger.imports.understanding.lists import as_written, joined, neutralised, split
from taskledger.imports.understanding.meanings import meaning
from taskledger.imports.understanding.priorities import priority

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))

_NAMES = """
id _id name title lists cards idList pos closed desc due dueComplete idMembers members labels actions type
data card date
text checklists checkItems idCard attachments url
customFields customFieldItems item included stacks boards order
duedate done assignedUsers participant projects tasks statuses category key rank comments _format archived
sort result columns
column_id swimlane_id is_active tags date_due date_creation bucket_id buckets start_date done_at
"""
NAMES = _NAMES.split()
objects = st.dictionaries(
    st.sampled_from(NAMES), values | st.lists(st.dictionaries(st.sampled_from(NAMES), values), max_size=3)
)


def taken(raw: bytes, name: str) -> None:
    try:
        draft = read(raw, name, Choices())
    except BadFile:
        return
    for task in draft.tasks:
        assert task.title
        assert task.source
        json.dumps([task.title, task.description, list(task.labels)]).encode()
        task.title.encode()
        task.description.encode()


@MANY
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "todo.txt", "a.xlsx"]))
def test_bytes(raw: bytes, name: str) -> None:
    taken(raw, name)


@MANY
@given(st.text(max_size=300))
def test_text_below_headers(text: str) -> None:
    taken(
        f"ID,Title,Status,Due,Priority,Labels,Assignee,Comment,Created,Start\n{text}".encode("utf-8", "replace"),
        "a.csv",
    )


@MANY
@given(objects)
def test_documents_of_known_names(document: Any) -> None:
    taken(json.dumps(document).encode(), "a.json")
    for outside in ({"lists": [], "cards": []}, {"_format": "wekan"}, {"projects": [document]}, {"boards": [document]}):
        taken(json.dumps({**document, **outside, "id": "x", "name": "x"}).encode(), "a.json")
    taken(
        json.dumps(
            {"lists": [{"id": "l", "name": "L"}], "id": "b", "name": "B", "cards": [{"idList": "l", **document}]}
        ).encode(),
        "b",
    )
    taken(json.dumps({"item": {}, "included": {"lists": [], "cards": [document]}}).encode(), "a.json")
    taken(json.dumps([{"title": "x", "tasks": [document]}]).encode(), "a.json")
    taken(
        json.dumps([{"title": "x", "id": 1, "stacks": [{"id": 1, "title": "s", "cards": [document]}]}]).encode(),
        "a.json",
    )
    taken(json.dumps([{"column_id": 1, "swimlane_id": 1, **document}]).encode(), "a.json")


@MANY
@given(st.text(max_size=60))
def test_words(text: str) -> None:
    meaning(text)
    priority(text)
    with suppress(NoDate):
        moment(text, Choices().zone)


@MANY
@given(st.text(max_size=40))
def test_a_neutralised_cell_is_read_as_it_was(text: str) -> None:
    assert as_written(neutralised(text)) == text
    assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


names = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).map(
    lambda t: " ".join(t.split())
)


@MANY
@given(st.lists(names.filter(bool), max_size=5))
def test_a_list_is_read_as_it_was_written(written: list[str]) -> None:
    written = [unicodedata.normalize("NFC", one) for one in written]
    assert list(split(joined(written), ";")) == written


@pytest.mark.parametrize("depth", [10, 1_000, 200_000])
def test_nesting(depth: int) -> None:
    taken(b"[" * depth + b"]" * depth, "a.json")
    taken(b'{"cards":' * depth + b"1" + b"}" * depth, "a.json")

"""Envelopes are CloudEvents 1.0 in JSON."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import orjson
import pytest

from kernel.log.envelope import Envelope, id_of, kind_of
from testkit.log import envelope

FULL = replace(
    envelope("task-0199", 7, {"old": "a", "new": "나"}, type="task.title-changed"),
    causation_id="cause",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    continued=True,
    imported=True,
)


@pytest.mark.parametrize(
    "event", [FULL, replace(FULL, actor=None, causation_id=None, traceparent=None, continued=False, imported=False)]
)
def test_an_envelope_is_read_as_it_was_written(event: Envelope) -> None:
    assert Envelope.from_json(event.to_json()) == event


def test_the_json_has_the_attributes_that_cloudevents_requires() -> None:
    document = orjson.loads(FULL.to_json())
    assert document["specversion"] == "1.0"
    assert document["id"] == "task-0199:7"
    assert document["source"] == "/task-service"
    assert document["type"] == "task.title-changed"
    assert document["subject"] == "task-0199"
    assert document["datacontenttype"] == "application/json"
    assert document["data"] == {"old": "a", "new": "나"}
    assert urlsplit(document["dataschema"]).scheme == "urn"  # a URI, not a reference
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", document["time"])  # RFC 3339 in UTC


def test_every_attribute_is_named_and_typed_as_cloudevents_allows() -> None:
    document = orjson.loads(FULL.to_json())
    for name, value in document.items():
        assert re.fullmatch(r"[a-z0-9]{1,20}", name)
        if name != "data":
            assert isinstance(value, str | int)
            assert value != ""


def test_attributes_without_a_value_are_left_out() -> None:
    bare = replace(FULL, actor=None, causation_id=None, traceparent=None, continued=False, imported=False)
    assert {"actor", "causationid", "traceparent", "commandcontinued", "imported"}.isdisjoint(
        orjson.loads(bare.to_json())
    )


def test_the_time_keeps_its_microseconds() -> None:
    time = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert Envelope.from_json(replace(FULL, time=time).to_json()).time == time


@pytest.mark.parametrize("raw", [b"", b"{", b"{}", b'{"subject": "task-1"}'])
def test_what_is_no_envelope_is_an_error(raw: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        Envelope.from_json(raw)


def test_a_streams_name_tells_kind_and_id() -> None:
    assert kind_of("task-0199-8a") == "task"
    assert id_of("task-0199-8a") == "0199-8a"

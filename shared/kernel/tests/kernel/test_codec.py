"""Upcasters and clear refusals, on a language made up for the test."""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from kernel.log.codec import Codec, UndecodableEvent
from kernel.log.envelope import Envelope
from testkit.log import envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    x: int
    y: int
    unit: str


CODEC: Final[Codec[Moved]] = Codec(
    {Moved: "task.moved"},
    {
        ("task.moved", 1): lambda data: {"x": data["place"][0], "y": data["place"][1]},
        ("task.moved", 2): lambda data: {**data, "unit": "mm"},
    },
)


@pytest.mark.parametrize(
    ("version", "data"), [(1, {"place": [3, 4]}), (2, {"x": 3, "y": 4}), (3, {"x": 3, "y": 4, "unit": "mm"})]
)
def test_an_old_event_is_lifted_to_the_current_schema(version: int, data: dict[str, Any]) -> None:
    event = envelope("task-1", 1, data, type="task.moved", schema_version=version)
    assert CODEC.decode(event).data == Moved(x=3, y=4, unit="mm")
    assert event.data == data  # what was read is not changed


def test_events_are_written_in_the_current_schema() -> None:
    assert CODEC.encode(Moved(x=1, y=2, unit="m")) == ("task.moved", 3, {"x": 1, "y": 2, "unit": "m"})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (envelope("task-1", 1, {}, type="task.vanished"), "unknown event type 'task.vanished'"),
        (envelope("task-1", 1, {}, type="task.moved", schema_version=4), "has schema 4, known is 3"),
        (envelope("task-1", 1, {}, type="task.moved", schema_version=0), "has schema 0, known is 3"),
        (envelope("task-1", 1, {}, type="task.moved", schema_version=1), "cannot be lifted from schema 1"),
        (envelope("task-1", 1, {"place": 5}, type="task.moved"), "cannot be lifted from schema 1"),
        (
            envelope("task-1", 1, {"x": "far", "y": 4}, type="task.moved", schema_version=2),
            "does not fit its schema: x: int_parsing",
        ),
    ],
)
def test_what_cannot_be_read_says_why(event: Envelope, reason: str) -> None:
    with pytest.raises(UndecodableEvent, match=reason):
        CODEC.decode(event)


def test_a_refusal_does_not_repeat_the_data() -> None:
    event = envelope("task-1", 1, {"x": "secret", "y": 4}, type="task.moved", schema_version=2)
    with pytest.raises(UndecodableEvent) as refusal:
        CODEC.decode(event)
    assert "secret" not in str(refusal.value)

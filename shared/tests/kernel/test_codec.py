"""Every event ever written can be read: golden files, upcasters, and clear refusals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from kernel.codec import Codec, UndecodableEvent
from kernel.codecs import PROJECT_CODEC, TASK_CODEC, USER_CODEC
from kernel.envelope import Envelope
from kernel.testing import envelope

GOLDEN: Final = Path(__file__).parent.parent / "golden"
"""`<type>.v<schema version>.json`: an envelope as the log had it. A file is added for each version, never changed."""

CODECS: Final[dict[str, Codec[Any]]] = {"task": TASK_CODEC, "project": PROJECT_CODEC, "user": USER_CODEC}
FILES: Final = sorted(GOLDEN.glob("*.json"))


def read(file: Path) -> Envelope:
    return Envelope.from_json(file.read_bytes())


def current_version(codec: Codec[Any], name: str) -> int:
    return 1 + max((version for upcast, version in codec.upcasters if upcast == name), default=0)


def test_every_version_of_every_event_has_a_golden_file() -> None:
    expected = {
        f"{name}.v{version}.json"
        for codec in CODECS.values()
        for name in codec.names.values()
        for version in range(1, current_version(codec, name) + 1)
    }
    assert {file.name for file in FILES} == expected


def test_event_names_begin_with_the_kind_of_their_stream_and_are_given_once() -> None:
    for kind, codec in CODECS.items():
        assert all(name.startswith(f"{kind}.") for name in codec.names.values())
        assert len(set(codec.names.values())) == len(codec.names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_event_is_read_and_written_back_without_change(file: Path) -> None:
    event = read(file)
    codec = CODECS[event.kind]
    assert file.name == f"{event.type}.v{event.schema_version}.json"
    assert orjson.loads(event.to_json()) == orjson.loads(file.read_bytes())
    recorded = codec.decode(event)
    assert (recorded.stream, recorded.version, recorded.type) == (event.stream, event.version, event.type)
    assert (recorded.time, recorded.actor) == (event.time, event.actor)
    name, version, data = codec.encode(recorded.data)
    assert (name, version) == (event.type, current_version(codec, event.type))
    if event.schema_version == version:
        assert data == event.data


# --- upcasters, on a language made up for the test ---


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

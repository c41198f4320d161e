"""Every event ever written can be read: a golden file for each version of each."""

from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from contracts.codecs import PROJECT_CODEC, READER_CODEC, TASK_CODEC, USER_CODEC
from kernel.log.codec import Codec
from kernel.log.envelope import Envelope

GOLDEN: Final = Path(__file__).parent / "golden"
"""`<type>.v<schema version>.json`: an envelope as the log had it. A file is added for each version, never changed."""

CODECS: Final[dict[str, Codec[Any]]] = {
    "task": TASK_CODEC,
    "project": PROJECT_CODEC,
    "reader": READER_CODEC,
    "user": USER_CODEC,
}
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

"""The stored and transported form of an event: CloudEvents 1.0 JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

SOURCES: Final = {
    "task": "/task-service",
    "project": "/task-service",
    "reader": "/task-service",
    "user": "/auth-service",
}
"""CloudEvents `source` by the kind of stream: the service that owns the stream."""

_UTC_Z = orjson.OPT_UTC_Z
_UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableEvent(ValueError):
    """What is stored as an event is none that this program can read, so it cannot be written anywhere else either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event as the log keeps it: CloudEvents 1.0 attributes and our extensions; `data` is plain JSON.

    `id` is `<stream>:<version>`, so the same event has the same id wherever it travels. `continued` says that the next
    event of the stream is of the same command: whoever tells of commands knows without looking whether it has all.
    `imported`: it tells of what happened elsewhere before. Only an importer sets it, no request can.
    `fault`: why what is stored at this place cannot be read; then nothing but `stream` and `version` is known.
    """

    stream: str
    version: int
    type: str
    schema_version: int
    time: datetime
    data: Mapping[str, Any]
    actor: str | None
    command_id: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    continued: bool = False
    imported: bool = False
    fault: str | None = None

    @property
    def id(self) -> str:
        """The CloudEvents id, `<stream>:<version>`."""
        return f"{self.stream}:{self.version}"

    @property
    def is_import(self) -> bool:
        """Whether an importer wrote it. Before `imported` was there, its command ids told; no request can have such."""
        return self.imported or self.command_id.startswith("import-")

    @property
    def kind(self) -> str:
        """What the stream is of: `task`, `project` or `user`."""
        return kind_of(self.stream)

    def to_json(self) -> bytes:
        """Encode as a CloudEvents 1.0 JSON object (https://github.com/cloudevents/spec, JSON event format).

        Raises UnreadableEvent.
        """
        if self.fault is not None:
            raise UnreadableEvent(f"{self.id} cannot be read: {self.fault}")
        document = {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCES[self.kind],
            "type": self.type,
            "subject": self.stream,
            "time": self.time,
            "datacontenttype": "application/json",
            "dataschema": f"urn:taskledger:{self.type}:{self.schema_version}",
            "streamversion": self.version,
            "schemaversion": self.schema_version,
            "commandid": self.command_id,
            "correlationid": self.correlation_id,
            "data": self.data,
        }
        if self.actor is not None:
            document["actor"] = self.actor
        if self.causation_id is not None:
            document["causationid"] = self.causation_id
        if self.traceparent is not None:
            document["traceparent"] = self.traceparent
        if self.continued:
            document["commandcontinued"] = True
        if self.imported:
            document["imported"] = True
        return orjson.dumps(document, option=_UTC_Z)

    @classmethod
    def from_json(cls, raw: bytes | str) -> "Envelope":
        """Decode what `to_json` wrote. Raises ValueError (malformed JSON) or KeyError (missing attribute)."""
        document = orjson.loads(raw)
        return cls(
            stream=document["subject"],
            version=document["streamversion"],
            type=document["type"],
            schema_version=document["schemaversion"],
            time=datetime.fromisoformat(document["time"]),
            data=document["data"],
            actor=document.get("actor"),
            command_id=document["commandid"],
            correlation_id=document["correlationid"],
            causation_id=document.get("causationid"),
            traceparent=document.get("traceparent"),
            continued=document.get("commandcontinued", False),
            imported=document.get("imported", False),
        )

    @classmethod
    def stored(cls, stream: str, version: int, raw: bytes | str) -> "Envelope":
        """What a log has at a place. What cannot be read there has a `fault`: only who needs that event meets it."""
        try:
            envelope = cls.from_json(raw)
            if (envelope.stream, envelope.version) == (stream, version) and isinstance(envelope.data, dict):
                return envelope
            fault = f"it says that it is {envelope.id}" if isinstance(envelope.data, dict) else "its data are no object"
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            fault = f"{type(error).__name__}: {error}"
        return cls(
            stream=stream,
            version=version,
            type="",
            schema_version=0,
            time=_UNKNOWN,
            data={},
            actor=None,
            command_id="",
            correlation_id="",
            fault=fault,
        )


def kind_of(stream: str) -> str:
    """The kind of a stream id such as `task-0199...`: the part before the first dash."""
    return stream.partition("-")[0]


def id_of(stream: str) -> str:
    """The aggregate id of a stream id such as `task-0199...`: the part after the first dash."""
    return stream.partition("-")[2]

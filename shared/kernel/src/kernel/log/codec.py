"""Between typed domain events and envelopes: pinned names, schema versions, upcasters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from kernel.log.envelope import Envelope
from kernel.log.event import Recorded

E = TypeVar("E")

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class UndecodableEvent(Exception):
    """An event of an unknown type, or whose data do not fit its schema: it can never be applied as it is."""


@dataclass(frozen=True, slots=True)
class _Schema:
    adapter: TypeAdapter[Any]
    version: int


@dataclass(slots=True)
class Codec(Generic[E]):
    """Encodes and decodes the events of one aggregate.

    `names` pins each event class to the name in the log. `upcasters` maps (name, schema version) to the function that
    lifts such data to the next schema version; the current schema version is one more than the last upcaster's.
    """

    names: Mapping[type[E], str]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)
    _schemas: dict[str, _Schema] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for event_class, name in self.names.items():
            version = 1 + max((v for n, v in self.upcasters if n == name), default=0)
            self._schemas[name] = _Schema(TypeAdapter(event_class), version)

    def encode(self, event: E) -> tuple[str, int, dict[str, Any]]:
        """The event's pinned name, schema version and JSON data."""
        name = self.names[type(event)]
        schema = self._schemas[name]
        return name, schema.version, schema.adapter.dump_python(event, mode="json")

    def decode(self, envelope: Envelope) -> Recorded[E]:
        """The typed event of an envelope, upcast to the current schema. Raises UndecodableEvent."""
        if envelope.fault is not None:
            raise UndecodableEvent(envelope.fault)
        schema = self._schemas.get(envelope.type)
        if schema is None:
            raise UndecodableEvent(f"unknown event type {envelope.type!r}")
        if not 1 <= envelope.schema_version <= schema.version:
            raise UndecodableEvent(f"{envelope.type} has schema {envelope.schema_version}, known is {schema.version}")
        data = envelope.data
        try:
            for version in range(envelope.schema_version, schema.version):
                data = self.upcasters[envelope.type, version](dict(data))
            typed = schema.adapter.validate_python(data)
        except (KeyError, TypeError) as error:
            raise UndecodableEvent(f"{envelope.type} cannot be lifted from schema {envelope.schema_version}") from error
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, e["loc"])) + ": " + e["type"] for e in error.errors())
            raise UndecodableEvent(f"{envelope.type} does not fit its schema: {fields}") from error
        return Recorded(
            stream=envelope.stream,
            version=envelope.version,
            type=envelope.type,
            time=envelope.time,
            actor=envelope.actor,
            data=typed,
        )

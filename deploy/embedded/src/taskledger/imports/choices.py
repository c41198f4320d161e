"""What whoever imports has decided, where the file does not say it or was understood wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.project import Category
from taskledger.imports.model import BadFile, Fault
from taskledger.imports.understanding.columns import FIELDS
from taskledger.imports.understanding.dates import Order

CATEGORIES: tuple[Category, ...] = ("waiting", "active", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`columns`: header to field, "" to leave it out. `statuses`: a status of the file to the key of one that the
    project has, or to a meaning. `people`: a name of the file to the id of a user, "" for nobody. `zone`: in which
    days are counted. `strict`: refuse the file when a row would be left out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    zone_name: str = "UTC"
    encoding: str | None = None
    delimiter: str | None = None
    order: Order | None = None
    strict: bool = False
    name: str | None = None
    board: str | None = None


def choices_of(document: Mapping[str, Any]) -> Choices:
    """Choices as JSON has them. Raises BadFile for what is none."""
    columns = _texts(document, "columns")
    for header, to in columns.items():
        if to and to not in FIELDS:
            raise BadFile(f"columns.{header}", Fault("bad_choice", f"{to!r} is not a field: {', '.join(FIELDS)}", to))
    zone = str(document.get("time_zone") or "UTC")
    order = document.get("date_order")
    if order not in (None, "", "day", "month"):
        raise BadFile("date_order", Fault("bad_choice", "must be day or month"))
    delimiter = document.get("delimiter") or None
    if delimiter is not None and delimiter not in (",", ";", "\t", "|"):
        raise BadFile("delimiter", Fault("bad_choice", "must be one of , ; tab |"))
    return Choices(
        columns=columns,
        statuses=_texts(document, "statuses"),
        people=_texts(document, "people"),
        zone=zone_of(zone),
        zone_name=zone,
        encoding=_encoding(document.get("encoding")),
        delimiter=delimiter,
        order=order or None,
        strict=bool(document.get("strict")),
        name=str(document["name"])[:200] if document.get("name") else None,
        board=str(document["board"]) if document.get("board") else None,
    )


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises BadFile."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadFile(
            "time_zone", Fault("not_a_time_zone", f"{name!r} is not a time zone, such as Europe/Paris", name)
        ) from error


def _encoding(name: Any) -> str | None:
    if not name:
        return None
    try:
        "".encode(str(name))
    except (LookupError, ValueError) as error:
        raise BadFile("encoding", Fault("bad_choice", f"{name!r} is not an encoding", name)) from error
    return str(name)


def _texts(document: Mapping[str, Any], name: str) -> dict[str, str]:
    value = document.get(name) or {}
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
        raise BadFile(name, Fault("bad_choice", "must be an object of texts"))
    return dict(value)

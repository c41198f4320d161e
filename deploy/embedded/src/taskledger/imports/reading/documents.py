"""JSON, and a way into it that says where something is wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from taskledger.imports.model import BadFile, BadRow, Fault
from taskledger.imports.reading.clean import clean, one_line


def read_json(text: str) -> Any:
    """The document. Raises BadFile with the place of the fault."""
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        # Python's own takes halves of surrogate pairs as well, which some programs write.
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise BadFile(
                f"line {error.lineno}, column {error.colno}", Fault("not_json", f"is not JSON: {error.msg}")
            ) from error
        except RecursionError as error:
            raise BadFile("the file", Fault("nested", "is nested too deeply")) from error


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a document, and its JSON path. What is of another type than expected is a BadRow with its path."""

    value: Mapping[str, Any]
    path: str = "$"

    @classmethod
    def of(cls, value: Any, path: str = "$") -> "Node":
        """The object. Raises BadRow."""
        if not isinstance(value, dict):
            raise BadRow(path, Fault("wrong_kind", "must be an object"))
        return cls(value, path)

    def has(self, name: str) -> bool:
        """Whether there is a value other than null."""
        return self.value.get(name) is not None

    def text(self, *names: str) -> str:
        """The first of these that is there, numbers as text; "" if none is."""
        for name in names:
            value = self.value.get(name)
            if value is None or value == "":
                continue
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise BadRow(f"{self.path}.{name}", Fault("wrong_kind", "must be text"))
            return clean(str(value))
        return ""

    def line(self, *names: str) -> str:
        """As `text`, on one line."""
        return one_line(self.text(*names))

    def needed(self, *names: str) -> str:
        """As `text`. Raises BadRow when there is none."""
        found = self.text(*names)
        if not found:
            raise BadRow(f"{self.path}.{names[0]}", Fault("missing", "is missing"))
        return found

    def flag(self, name: str) -> bool:
        """Whether it is set; numbers, and numbers as text, count as PHP writes them."""
        value = self.value.get(name)
        if isinstance(value, str):
            return value.strip().casefold() in ("1", "true", "yes")
        if value is not None and not isinstance(value, bool | int | float):
            raise BadRow(f"{self.path}.{name}", Fault("wrong_kind", "must be true or false"))
        return bool(value)

    def number(self, name: str) -> float:
        """The number; 0 if there is none."""
        value = self.value.get(name)
        if value is None or value == "":
            return 0.0
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise BadRow(f"{self.path}.{name}", Fault("wrong_kind", "must be a number")) from None
        return number if number == number else 0.0

    def instant(self, *names: str) -> datetime | None:
        """The first of these that is there, as a time: ISO 8601, or seconds since 1970. Raises BadRow for others."""
        for name in names:
            value = self.value.get(name)
            if value in (None, "", 0, "0"):
                continue
            found = instant(value)
            if found is None:
                raise BadRow(f"{self.path}.{name}", Fault("not_a_date", f"{value!r} is not a date", str(value)))
            return None if found.year <= 1 else found  # which is Go's word for none
        return None

    def node(self, name: str) -> "Node | None":
        """The object of this name, if there is one."""
        value = self.value.get(name)
        return None if value is None else Node.of(value, f"{self.path}.{name}")

    def nodes(self, name: str) -> Iterator["Node"]:
        """The objects of an array; of an object, its values."""
        for path, value in self.items(name):
            yield Node.of(value, path)

    def items(self, name: str) -> Iterator[tuple[str, Any]]:
        """The values of an array with their paths; none where it is missing. Raises BadRow."""
        value = self.value.get(name)
        if value is None:
            return
        if isinstance(value, dict):
            for key, entry in value.items():
                yield f"{self.path}.{name}.{key}", entry
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                yield f"{self.path}.{name}[{index}]", entry
        else:
            raise BadRow(f"{self.path}.{name}", Fault("wrong_kind", "must be an array"))


def instant(value: Any) -> datetime | None:
    """A time that a document has; what has no zone is in UTC, as programs write it."""
    try:
        if isinstance(value, dict) and "$date" in value:
            value = value["$date"]
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit() and len(value) > 8):
            number = float(value)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        found = datetime.fromisoformat(str(value).strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None

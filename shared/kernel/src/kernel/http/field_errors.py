"""What is wrong with fields: where, in which words, by which code. What pydantic found, as we say it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

UNNAMED: Final = "~"
"""How the tag of one form of a value begins: it stands in where an error is, but is no field that a caller knows."""


class FieldError(NamedTuple):
    """What is wrong with a field: `code` is stable, `limit` its bound, for a program to say; `message` is English."""

    field: str
    message: str
    code: str = "invalid"
    limit: float | None = None


def errors_of(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """The errors that pydantic lists."""
    return [FieldError(_field(item["loc"]), _message(item), *_code(item)) for item in found]


def _field(location: Sequence[Any]) -> str:
    named = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return ".".join(part for part in named if not part.startswith(UNNAMED)) or "body"


def _message(item: Mapping[str, Any]) -> str:
    """What is wrong with a field, in words of our own: a library's are about its types, and change with it."""
    context = item.get("ctx", {})
    match item["type"]:
        case "string_too_long" | "too_long":
            many = f"at most {context['max_length']}"
            return f"{many} characters" if isinstance(item["input"], str) else many
        case "string_too_short" | "too_short":
            return "must not be empty" if context["min_length"] == 1 else f"at least {context['min_length']}"
        case "missing":
            return "is needed"
        case "extra_forbidden":
            return "is not known here"
        case "string_type":
            return "must be text"
        case _:
            return str(item["msg"]).removeprefix("Value error, ")


_KINDS: Final = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_type": "not_text",
    "literal_error": "not_a_choice",
    "enum": "not_a_choice",
    "bool_type": "not_a_choice",
    "bool_parsing": "not_a_choice",
}
"""What the errors of pydantic are called here, but for those whose name or bound depends on more."""

_PREFIXES: Final = {
    "datetime": "not_a_time",
    "date": "not_a_date",
    "int": "not_a_number",
    "float": "not_a_number",
}

_BOUNDS: Final = {
    "ge": "too_small",
    "gt": "too_small",
    "le": "too_large",
    "lt": "too_large",
    "multiple_of": "wrong_step",
}

CODES: Final = frozenset(
    {*_KINDS.values(), *_PREFIXES.values(), *_BOUNDS.values(), "empty", "too_short", "too_long", "too_many", "invalid"}
)
"""The codes of what is wrong with a field by its type alone."""


def _code(item: Mapping[str, Any]) -> tuple[str, float | None]:
    """The stable code of a field's error and its bound."""
    kind, context = str(item["type"]), item.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Exception):
        return getattr(cause, "code", "invalid"), getattr(cause, "limit", None)
    if "max_length" in context:
        return ("too_long" if isinstance(item["input"], str) else "too_many"), context["max_length"]
    if "min_length" in context:
        return ("empty" if context["min_length"] == 1 else "too_short"), context["min_length"]
    for bound, code in _BOUNDS.items():
        if isinstance(context.get(bound), int | float):
            return code, context[bound]
    if kind in _KINDS:
        return _KINDS[kind], None
    return next((code for prefix, code in _PREFIXES.items() if kind.startswith(prefix)), "invalid"), None

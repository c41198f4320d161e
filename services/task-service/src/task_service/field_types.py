"""The fields of a task as bodies and documents have them: pydantic's types, from the table of fields."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Strict,
    StringConstraints,
    Tag,
    create_model,
)

from contracts import fields
from contracts.forms import OPTIONAL, Choice, Day, Form, Labels, Number, People, StatusKey, Text
from kernel.http import requests
from kernel.http.field_errors import UNNAMED
from task_service.domain.project import STATUS_KEY_PATTERN

M = TypeVar("M", bound=BaseModel)

LEFT_OUT: Final[Any] = Field(default_factory=lambda: None)
"""For a field that an edit may leave out and that null does not fit; its value is read only when it was sent."""

UserId = Annotated[str, StringConstraints(max_length=64)]
StatusKeyText = Annotated[str, StringConstraints(pattern=STATUS_KEY_PATTERN)]
LabelText = Annotated[requests.Line, StringConstraints(max_length=fields.MAX_LABEL)]


def day(value: Any) -> Any:
    """Only the text form: a number is no date, and a time of day would be lost."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise requests.BadText("not_a_date", "must be a date such as 2026-12-31")
    if isinstance(value, str | None):
        return value
    raise requests.BadText("not_a_date", "must be a date such as 2026-12-31, or null")


def new(field: fields.Field) -> tuple[Any, Any]:
    """The field in the body that makes a task, and its default."""
    kind = _taken(field.form)
    if field.required:
        return kind, ...
    return kind | None if field.default is None and not isinstance(field.form, OPTIONAL) else kind, field.default


def patched(field: fields.Field) -> tuple[Any, Any]:
    """The field in the body that edits a task; left out, it stays."""
    kind = _taken(field.form)
    if not isinstance(field.form, Labels | People):
        return kind, LEFT_OUT
    elements = create_model(
        f"{field.name.title()}Elements",
        __base__=TextElements,
        __doc__=TextElements.__doc__,
        add=(kind, ()),
        remove=(kind, ()),
    )
    return Annotated[Annotated[kind, WHOLE] | Annotated[elements, ELEMENTS], EITHER], LEFT_OUT


def shown(field: fields.Field) -> tuple[Any, Any]:
    """The field in a task as it is returned."""
    return _shown(field.form), ...


def with_fields(of: Callable[[fields.Field], tuple[Any, Any]]) -> Callable[[type[M]], type[M]]:
    """Adds every field of a task to a model, each with its type and default."""

    def add(model: type[M]) -> type[M]:
        types: dict[str, Any] = {field.name: of(field) for field in fields.FIELDS}
        made: type[M] = create_model(
            model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **types
        )
        return made

    return add


def _form(value: Any) -> str:
    return f"{UNNAMED}whole" if isinstance(value, list | tuple) else f"{UNNAMED}elements"


WHOLE: Final = Tag(f"{UNNAMED}whole")
ELEMENTS: Final = Tag(f"{UNNAMED}elements")
EITHER: Final = Discriminator(_form)
"""How a list is changed: as a whole, or by its elements."""


class TextElements(requests.Body):
    """What becomes of single elements of a list; the others stay. What is added and removed at once is there."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


_OCTETS: Final = requests.at_most_octets(fields.MAX_OCTETS)


def _taken(form: Form) -> Any:
    match form:
        case Text():
            kind = requests.Text if form.lines else requests.Line
            return Annotated[kind, StringConstraints(max_length=form.longest), _OCTETS]
        case StatusKey():
            return StatusKeyText
        case Choice():
            return Literal[form.values]
        case Day():
            return Annotated[date | None, BeforeValidator(day)]
        case Number():
            bounds = Field(ge=form.lowest, le=form.highest, multiple_of=form.step, allow_inf_nan=False)
            # Adding nothing turns the negative zero into the other.
            return Annotated[float, Strict(), bounds, AfterValidator(lambda value: value + 0.0)] | None
        case Labels():
            return Annotated[
                tuple[Annotated[requests.Line, StringConstraints(max_length=form.longest)], ...], _most(form)
            ]
        case People():
            return Annotated[tuple[UserId, ...], _most(form)]


def _most(form: Labels | People) -> Any:
    return Field(max_length=form.most)


def _shown(form: Form) -> Any:
    match form:
        case Text() | StatusKey():
            return str
        case Choice():
            return Literal[form.values]
        case Day():
            return date | None
        case Number():
            return float | None
        case Labels() | People():
            return list[str]

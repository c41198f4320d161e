"""The shape that most events have: a field was one thing and is another now."""

from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged(Generic[T]):
    """A field's old and new value. `field` is its name, in states, documents and bodies.

    An event says what it is of and of which type: `class TaskDueChanged(FieldChanged[date | None], field="due")`.
    """

    field: ClassVar[str]
    old: T
    new: T

    def __init_subclass__(cls, field: str = "") -> None:
        # A dataclass with slots is made twice, the second time without what stands behind its bases.
        if field:
            cls.field = field
        # The codec reads types where fields are declared; it does not look a type variable up.
        base: Any = cls.__dict__["__orig_bases__"][0]
        (value,) = base.__args__
        cls.__annotations__ = {**get_annotations(cls), "old": value, "new": value}

    def change(self) -> dict[str, Any]:
        """The new value by the field's name."""
        return {self.field: self.new}

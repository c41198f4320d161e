"""What the demonstration is about: the people, their projects, and what they write. The texts are the files beside."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final, get_args

from auth_service.accounts import Locale
from contracts.project import Label, Status
from contracts.task import Priority


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in the demonstration. `nick` is what the stories call them."""

    nick: str
    name: str
    locale: Locale

    @property
    def email(self) -> str:
        """An address of a domain that is nobody's (RFC 2606)."""
        return f"{self.nick}@example.org"


PEOPLE: Final = (
    Person("mina", "Mina Park", "en"),
    Person("hana", "김하나", "ko"),
    Person("jonas", "Jonas Weber", "en"),
    Person("junho", "이준호", "ko"),
    Person("ada", "Ada Okafor", "en"),
    Person("seoyeon", "최서연", "ko"),
    Person("sofia", "Sofia Rossi", "en"),
    Person("tom", "Tom Baker", "en"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """A task to come up."""

    title: str
    labels: tuple[str, ...]
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A project of the demonstration; its first member owns it. `effort`: days of work in a usual task."""

    key: str
    name: str
    language: Locale
    members: Sequence[str]
    viewers: Sequence[str]
    statuses: tuple[Status, ...]
    labels: tuple[Label, ...]
    began: int
    at_once: int
    arrivals: float
    limit: int
    effort: float
    cards: Sequence[Card] = field(repr=False)


Words = Mapping[str, Sequence[str]]
"""What people write, by occasion."""

_FILES: Final = ("shop", "app", "help", "move")


def stories() -> Sequence[Story]:
    """The projects."""
    return [_story(_read(name)) for name in _FILES]


def words() -> Mapping[str, Words]:
    """What people write, by language."""
    return _read("words")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def _story(document: dict[str, Any]) -> Story:
    statuses = tuple(
        Status(key=key, name=name, category=category, color=color[0] if color else None)
        for key, name, category, *color in document.pop("statuses")
    )
    labels = tuple(Label(name=name, color=color) for name, color in document.pop("labels").items())
    cards = [_card(line) for line in document.pop("tasks").strip().splitlines()]
    return Story(**document, statuses=statuses, labels=labels, cards=cards)


def _card(line: str) -> Card:
    words = line.split()
    priorities: Sequence[Priority] = [p for p in get_args(Priority) if f"!{p}" in words]
    return Card(
        title=" ".join(word for word in words if word[0] not in "#!"),
        labels=tuple(word[1:] for word in words if word[0] == "#"),
        priority=priorities[0] if priorities else "none",
    )

"""The rules of accounts: what a password may be, when an e-mail is one, and what happens in a user's stream. Pure."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

import idna

from contracts.user import (
    User,
    UserErased,
    UserEvent,
    UserLoggedIn,
    UserPasswordChanged,
    UserProfileChanged,
    UserRegistered,
)

MIN_PASSWORD: Final = 8
MAX_PASSWORD: Final = 128
"""NIST SP 800-63B-3, section 5.1.1.2: at least 8 characters, at least 64 allowed, any Unicode, no composition rules."""

_LABEL: Final = r"(?!-)[^\x00-,./:-@\[-`{-\x7f\s]+(?<!-)"
_EMAIL: Final = re.compile(rf"(?!\.)[^\s@\"(),:;<>\[\]\\]{{1,64}}(?<!\.)@(?:{_LABEL}\.)+(?!\d){_LABEL}")
"""RFC 5321, section 4.1.2, without quoted strings and address literals; letters of any script (RFC 6531)."""


class WeakPassword(ValueError):
    """The password may not be used; the message says why, and so does the code, with a bound where there is one."""

    def __init__(self, code: str, message: str, limit: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.limit = limit


def normal_password(password: str) -> str:
    """The form that is hashed: NFKC, so that every keyboard's way to type it is the same (SP 800-63B-3, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, common: Collection[str], personal: Sequence[str] = ()) -> None:
    """Raises WeakPassword. `common` holds passwords in lower case, `personal` what guessers try first: e-mail, name."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword("too_short", f"must have at least {MIN_PASSWORD} characters", MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise WeakPassword("too_long", f"must have at most {MAX_PASSWORD} characters", MAX_PASSWORD)
    lowered = normal_password(password).casefold()
    if len(set(lowered)) < 3:
        raise WeakPassword("password_repeats", "repeats the same characters")
    if _is_sequence(lowered):
        raise WeakPassword("password_sequence", "is a sequence of characters")
    if lowered in common:
        raise WeakPassword("password_common", "is among the most common passwords")
    if lowered in _guesses(personal):
        raise WeakPassword("password_personal", "must not be your name or e-mail address")
    if _is_made_of(lowered, guessed_words(personal)):
        raise WeakPassword("password_guessable", "is easily guessed: a name, a season or the product with little added")


def _is_sequence(text: str) -> bool:
    """Whether every character follows the one before, up or down, a 0 after a 9: abcdefgh, 1234567890, 87654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


_PRODUCT: Final = frozenset({"taskledger", "task", "tasks", "ledger"})
_CALENDAR: Final = frozenset(
    {"spring", "summer", "autumn", "fall", "winter", "봄", "여름", "가을", "겨울", "비밀번호", "암호"}
    | {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"}
    | {"december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)
_LEET: Final = str.maketrans("@4831!0$57+9", "aabeiiossttg")


def guessed_words(personal: Sequence[str]) -> frozenset[str]:
    """What guessers begin with: the product, the calendar, and every part of a name or an address."""
    parts = {word for part in personal for word in re.split(r"[\W_\d]+", part.casefold()) if len(word) > 1}
    return _PRODUCT | _CALENDAR | parts


def _is_made_of(lowered: str, words: Collection[str]) -> bool:
    """Whether nothing but digits and signs is left without these words, also where letters are written as signs."""
    signs, digits = re.sub(r"[\W_]+$", "", lowered), re.sub(r"[\W_\d]+$", "", lowered)
    for text in (lowered, signs.translate(_LEET), digits.translate(_LEET)):
        rest = text
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, " ")
        if rest != text and not any(char.isalpha() for char in rest):
            return True
    return False


def _guesses(personal: Sequence[str]) -> set[str]:
    lowered = {part.casefold() for part in personal if part}
    return lowered | {part.partition("@")[0] for part in lowered}


def time_text(time: datetime) -> str:
    """A time in UTC as it is kept and answered: RFC 3339 with a Z."""
    return time.isoformat().replace("+00:00", "Z")


def normal_text(text: str) -> str:
    """The form in which addresses are compared, whether they are any or not.

    A domain is compared as it is asked for: in A-labels by IDNA 2008 with the mapping of UTS 46 (`도메인.한국` is
    `xn--hq1bm8jm9l.xn--3e0b707e`, and ß is not ss).
    """
    local, at, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    return former_text(local) + at + _a_labels(domain)


def former_text(text: str) -> str:
    """The form in which addresses were compared once; accounts of then are found by it."""
    return unicodedata.normalize("NFC", text.strip().casefold())


def shown_email(email: str) -> str:
    """An address as people read it: its domain in Unicode, though a browser may have sent A-labels."""
    local, at, domain = email.rpartition("@")
    if "xn--" not in domain.lower():
        return email
    try:
        return local + at + idna.decode(domain, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return email


def _a_labels(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return former_text(domain)


def normal_email(email: str) -> str:
    """The form in which an address is compared. Raises ValueError when it is not an e-mail address."""
    normal, former = normal_text(email), former_text(email)
    if (
        max(len(normal), len(former)) > 254
        or not _EMAIL.fullmatch(former)
        or ".." in former
        or not _is_asked_for(normal)
    ):
        raise ValueError("must be an e-mail address")
    return normal


def _is_asked_for(email: str) -> bool:
    """Whether the domain can be asked for at all: what IDNA has no A-label for is no domain."""
    return email.rpartition("@")[2].isascii()


# --- the user's stream: that something happened, and nothing about the person ---------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    pass


UserCommand: TypeAlias = LogIn | ChangeProfile | ChangePassword | Erase


def decide(command: UserCommand, state: User | None) -> Sequence[UserEvent]:
    """The events of a command. A user that the log does not know yet is registered first.

    An account is made in auth-service's store before its first login is recorded here; so should a crash come between,
    the next login makes up for it, and the log never has a user twice.
    """
    if state is not None and state.erased:
        return []
    known: list[UserEvent] = [] if state is not None else [UserRegistered()]
    match command:
        case LogIn():
            return [*known, UserLoggedIn(session_id=command.session_id)]
        case ChangeProfile():
            return [*known, UserProfileChanged(fields=command.fields)] if command.fields else known
        case ChangePassword():
            return [*known, UserPasswordChanged()]
        case Erase():
            return [*known, UserErased()]

"""What a password and an address may be, and what a command puts into a user's stream."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from auth_service.domain.account import (
    ChangePassword,
    ChangeProfile,
    Erase,
    LogIn,
    UserCommand,
    WeakPassword,
    check_password,
    decide,
    normal_email,
    normal_password,
)
from auth_service.passwords import common_passwords
from contracts.user import (
    User,
    UserErased,
    UserEvent,
    UserLoggedIn,
    UserPasswordChanged,
    UserProfileChanged,
    UserRegistered,
    evolve,
)
from kernel.log.event import Recorded


def given(*events: UserEvent) -> User | None:
    state: User | None = None
    for version, data in enumerate(events, 1):
        time = datetime(2026, 1, 1, tzinfo=UTC)
        event = Recorded(stream="user-u1", version=version, type="", time=time, actor="u1", data=data)
        state = evolve(state, event)
    return state


REGISTERED = (UserRegistered(),)
ERASED = (UserRegistered(), UserErased())


@pytest.mark.parametrize(
    ("events", "command", "then"),
    [
        (REGISTERED, LogIn(session_id="s1"), [UserLoggedIn(session_id="s1")]),
        ((), LogIn(session_id="s1"), [UserRegistered(), UserLoggedIn(session_id="s1")]),
        (REGISTERED, ChangeProfile(fields=("name",)), [UserProfileChanged(fields=("name",))]),
        (REGISTERED, ChangeProfile(fields=()), []),
        (REGISTERED, ChangePassword(), [UserPasswordChanged()]),
        (REGISTERED, Erase(), [UserErased()]),
        (ERASED, Erase(), []),
        (ERASED, LogIn(session_id="s1"), []),
        (ERASED, ChangePassword(), []),
    ],
)
def test_a_command_causes_these_events(
    events: Sequence[UserEvent], command: UserCommand, then: Sequence[UserEvent]
) -> None:
    assert list(decide(command, given(*events))) == then


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("short 1", "at least 8"),
        ("x" * 129, "at most 128"),
        ("aaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("abcdefgh", "sequence"),
        ("87654321", "sequence"),
        ("12345678901234", "sequence"),
        ("password1", "most common"),
        ("PassWord1", "most common"),
        ("ann@example.org", "your name or e-mail"),
        ("ann.baker", "your name or e-mail"),
        ("Ann Baker", "your name or e-mail"),
    ],
)
def test_a_weak_password_is_refused_and_told_why(password: str, because: str) -> None:
    with pytest.raises(WeakPassword, match=because):
        check_password(password, common_passwords(), ["ann@example.org", "Ann Baker", "ann.baker@example.org"])


@pytest.mark.parametrize("password", ["correct horse", "나의 비밀번호는 길다", "x" * 60 + "yz" * 34, "ünïcödé!"])
def test_any_long_enough_password_may_be_used(password: str) -> None:
    check_password(password, common_passwords(), ["ann@example.org", "Ann"])


def test_ten_thousand_common_passwords_and_more_are_known_offline() -> None:
    assert len(common_passwords()) >= 10_000


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    assert normal_password("한글") == normal_password("한글")


@pytest.mark.parametrize(
    "email", ["ann@example.org", "a.b+c@sub.example.co.kr", "한글@예시.한국", "a@उदाहरण.भारत", " Ann@Example.org "]
)
def test_an_address_is_compared_without_case_and_space(email: str) -> None:
    assert normal_email(email) == normal_email(email.upper().strip())


@pytest.mark.parametrize(
    "email",
    [
        *("", "ann", "ann@", "@example.org", "ann@example", "a b@example.org", "a@b@c.org", "ann@.org", "ann@a..org"),
        *("a" * 65 + "@example.org", "ann@" + "a" * 250 + ".org", "<ann@example.org>", "ann@1.2", "ann@a\nb.org"),
        *("ann@example.org<script>", "ann@exa_mple.org", "ann@-a.org", "ann@a-.org", ".ann@a.org", "ann.@a.org"),
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        normal_email(email)

"""What is checked before anything is stored: addresses, passwords, the secrets of services."""

import hmac
from collections.abc import Sequence

from auth_service.domain import account as domain
from auth_service.domain.account import WeakPassword, guessed_words, normal_password
from auth_service.passwords import common_passwords, is_guessable
from kernel.http.problems import invalid


def same_secret(given: str, known: str) -> bool:
    """Whether a service's secret is right, in constant time; never when none is set."""
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())


def checked_email(email: str) -> str:
    """The form in which an address is compared. Raises Problem 422."""
    try:
        return domain.normal_email(email)
    except ValueError as error:
        raise invalid("email", str(error), reason="not_an_address") from error


def check_password(password: str, personal: Sequence[str], field: str) -> None:
    """Raises Problem 422 for a password that may not be used."""
    try:
        domain.check_password(password, common_passwords(), personal)
        if is_guessable(normal_password(password), guessed_words(personal)):
            raise WeakPassword("password_guessable", "is easily guessed: a common word or pattern with little added")
    except WeakPassword as error:
        raise invalid(field, str(error), reason=error.code, limit=error.limit) from error

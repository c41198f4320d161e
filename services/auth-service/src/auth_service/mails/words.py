"""What mails of auth-service say, in English; `locales/` has the other languages."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from kernel.words.catalogues import N_, Message

PACKAGE: Final = "auth_service"
"""Whose catalogues they are in."""


class Words(NamedTuple):
    """What a mail says: `fine_print` is why it came and what to do; `{name}` in `lines` is the reader."""

    subject: Message
    lines: tuple[Message, ...]
    button: Message
    fine_print: Message


WORDS: Final[Mapping[str, Words]] = {
    "reset": Words(
        N_("subject", "Set a new password"),
        (
            N_("line", "Hello {name}, somebody asked to set a new password for your account."),
            N_("line", "The link works once, for 30 minutes."),
        ),
        N_("button", "Set a new password"),
        N_("fine print", "If it was not you, do nothing: your password stays as it is."),
    ),
    "verify": Words(
        N_("subject", "Confirm your e-mail address"),
        (
            N_("line", "Hello {name}, confirm that this address is yours."),
            N_("line", "The link works once, for a day."),
        ),
        N_("button", "This is my address"),
        N_("fine print", "If you have no account with Taskledger, ignore this mail."),
    ),
    "password": Words(
        N_("subject", "Your password was changed"),
        (N_("line", "Hello {name}, your account has a new password. Other sessions have ended."),),
        N_("button", "Look at your account"),
        N_("fine print", "If it was not you, set a new password by “Forgot your password?” at once."),
    ),
    "email": Words(
        N_("subject", "Your e-mail address was changed"),
        (N_("line", "Hello {name}, your account has another e-mail address now. No more mail comes here."),),
        N_("button", "Look at your account"),
        N_("fine print", "If it was not you, ask whoever runs this board at once."),
    ),
    "taken": Words(
        N_("subject", "You have an account already"),
        (N_("line", "Hello {name}, somebody tried to register with this address, which has an account already."),),
        N_("button", "Sign in"),
        N_("fine print", "If it was you and you forgot your password, set a new one there. If it was not, do nothing."),
    ),
    "token": Words(
        N_("subject", "A personal token was made"),
        (N_("line", "Hello {name}, a personal token was made for your account: a program that has it acts as you."),),
        N_("button", "Look at your account"),
        N_("fine print", "If it was not you, revoke the token and change your password."),
    ),
    "device": Words(
        N_("subject", "A sign-in from a new device"),
        (
            N_(
                "line",
                "Hello {name}, somebody signed in to your account with a device"
                " or from a network that was not seen before.",
            ),
        ),
        N_("button", "Look at your account"),
        N_(
            "fine print",
            "If it was you, there is nothing to do. If it was not, end the other sessions and change your password.",
        ),
    ),
    "factor": Words(
        N_("subject", "A second factor was set up"),
        (N_("line", "Hello {name}, an authenticator or a passkey was added to your account."),),
        N_("button", "Look at your account"),
        N_("fine print", "If it was not you, remove it there and change your password at once."),
    ),
    "unfactor": Words(
        N_("subject", "A second factor was removed"),
        (N_("line", "Hello {name}, an authenticator or a passkey was removed from your account."),),
        N_("button", "Look at your account"),
        N_(
            "fine print", "If it was neither you nor whoever runs this board, change your password and set it up again."
        ),
    ),
    "tried": Words(
        N_("subject", "Somebody is trying to sign in as you"),
        (
            N_(
                "line",
                "Hello {name}, many sign-ins with a wrong password were tried on your account. They are slowed down.",
            ),
        ),
        N_("button", "Look at your account"),
        N_("fine print", "If it was you, wait a little or set a new password. If it was not, your password has held."),
    ),
}
"""By kind."""

INVITED_BY: Final = N_("invitation", "{name} invites you to {project}")
INVITED_TO: Final = N_("invitation", "{name} would like you to work on “{project}” in Taskledger.")
INVITED_AS: Final = {
    "owner": N_("role", "You would be an owner: you may change everything, members included."),
    "member": N_("role", "You would be a member: you may read and change tasks."),
    "viewer": N_("role", "You would be a viewer: you may read everything."),
}
INVITED_UNTIL: Final = N_("invitation", "Nothing happens until you accept. The link is for you alone and works once.")
INVITED_OPEN: Final = N_("button", "Look at the invitation")
INVITED_WHY: Final = N_(
    "fine print", "You get this mail because somebody entered your address. If you do not know them, ignore it."
)

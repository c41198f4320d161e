"""The ways by which people are told: what each is to a notice. How one hands over is in `notify_service.channels`."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ChannelName: TypeAlias = Literal["inbox", "mail"]
"""As preferences and the ledger have them."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which people are told.

    `at_once`: they have it with the transaction that finds the notice. Else it is handed over later, while it is fresh.
    """

    name: str
    at_once: bool


INBOX: Final = Channel("inbox", at_once=True)
MAIL: Final = Channel("mail", at_once=False)

CHANNELS: Final = (INBOX, MAIL)

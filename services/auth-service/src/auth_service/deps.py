"""What auth-service's endpoints work with."""

from dataclasses import dataclass

from auth_service.handlers import Auth
from auth_service.settings import Settings
from auth_service.signing import SigningKeys
from kernel.ports import KeyValueStore
from kernel.security import Authenticator


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once by the composition root; `store` keeps the answers to idempotency keys.

    `authenticator` knows people, `services` whoever comes with a token made for auth-service.
    """

    settings: Settings
    store: KeyValueStore
    auth: Auth
    keys: SigningKeys
    authenticator: Authenticator
    services: Authenticator

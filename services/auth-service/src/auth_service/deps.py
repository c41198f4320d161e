"""What auth-service's endpoints work with."""

from dataclasses import dataclass

from auth_service.administration import Administration
from auth_service.commands import Auth
from auth_service.invited import InvitedPeople
from auth_service.joining import Joining
from auth_service.projects import Projects
from auth_service.proving import Proving
from auth_service.recovery import Recovery
from auth_service.settings import Settings
from auth_service.signing import SigningKeys
from kernel.identity.security import Authenticator
from kernel.ports.key_value_store import KeyValueStore


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once by the composition root; `store` keeps the answers to idempotency keys.

    `authenticator` knows people, `services` whoever comes with a token made for auth-service.
    """

    settings: Settings
    store: KeyValueStore
    auth: Auth
    projects: Projects
    invited: InvitedPeople
    joining: Joining
    recovery: Recovery
    proving: Proving
    administration: Administration
    keys: SigningKeys
    authenticator: Authenticator
    services: Authenticator

"""The containers of a deployment, described once: what they are called, which paths are theirs, which queue."""

from dataclasses import dataclass
from typing import Final

from taskledger_aws.names import title
from taskledger_local.topology import NOTIFIER, PROJECTOR, Queue

PORT: Final = 8000
USER: Final = "10001"
"""Of the images; it owns nothing and writes below /tmp only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A service of ECS with one container."""

    name: str
    """Of its image, its service and its log group."""
    prefixes: tuple[str, ...] = ()
    """The first parts of paths below `/api` that it answers to outside."""
    queue: Queue | None = None
    """What it consumes."""
    memory: int = 384
    """MiB at most."""

    @property
    def title(self) -> str:
        """Its name in a construct's id."""
        return title(self.name)


AUTH: Final = Container(name="auth-service", prefixes=("auth", "users", "admin"))
TASK: Final = Container(name="task-service", prefixes=("projects", "tasks", "invitations", "catch-up", "search"))
NOTIFY: Final = Container(
    name="notify-service", prefixes=("notifications", "stream", "outbox", "config"), queue=NOTIFIER
)
PROJECT: Final = Container(name="log-projector", queue=PROJECTOR)
CONTAINERS: Final = (AUTH, TASK, NOTIFY, PROJECT)

OPERATOR: Final = "operator"
"""The image with the `taskledger` command, run as a task of its own when somebody wants to look or to mend."""

IMAGES: Final = (*(container.name for container in CONTAINERS), OPERATOR)

PRIVATE: Final = ("/api/auth/service-token", "/api/auth/introspect", "/api/auth/ended-sessions")
"""What services ask each other directly, and nobody asks from outside."""

"""Where the embedded process listens and keeps its data; every port's URL defaults into the data folder."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

from kernel.process.settings import Settings

AUTH_URL: Final = "http://auth.embedded"
TASK_URL: Final = "http://task.embedded"
"""Name auth-service and task-service inside the process; they are never looked up."""

STORES: Final = ("EVENT_STORE_URL", "KEY_VALUE_URL", "READ_MODEL_URL", "NOTIFY_DB_URL")
"""The variables of what is kept."""

S = TypeVar("S", bound=Settings)


def settings_of(kind: type[S], environment: Mapping[str, str]) -> S:
    """A service's settings from variables. Raises pydantic's ValidationError."""
    values: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    return kind(**values)


def elsewhere() -> bool:
    """Whether something is kept elsewhere than in the data folder, by the environment."""
    return any(name in os.environ for name in STORES)


@dataclass(frozen=True, slots=True)
class Home:
    """A data folder and the address of the process that works on it."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000

    def address(self) -> str:
        """Where a browser on this machine finds the site."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """The variables that the services read, those of the process's environment winning."""
        data = quote(os.fsencode(self.data.resolve()))
        defaults = {
            "EVENT_STORE_URL": f"sqlite:///{data}/log.db",
            "SUBSCRIPTION_URL": "tail:",
            "KEY_VALUE_URL": f"sqlite:///{data}/keys.db",
            "READ_MODEL_URL": f"sqlite:///{data}/read.db",
            "NOTIFY_DB_URL": f"sqlite:///{data}/notify.db",
            "MAILER_URL": f"maildir:///{data}/mail",
            "PUBLIC_URL": self.address(),
        }
        given = {name: os.environ[name] for name in defaults if name in os.environ}
        secret = os.environ.get("SERVICE_SECRET") or self._secret()
        return {**defaults, **given, "AUTH_URL": AUTH_URL, "TASK_URL": TASK_URL, "SERVICE_SECRET": secret}

    @property
    def missing(self) -> bool:
        """Whether there is no folder although something is to be in it, by what the environment's variables leave."""
        return not self.data.is_dir() and any(name not in os.environ for name in STORES)

    def _secret(self) -> str:
        """The secret that the services prove themselves with, made once and readable by the owner alone.

        Without a folder, it is one for this process.
        """
        if not self.data.is_dir() and not self.missing:
            return secrets.token_urlsafe(32)
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.data / "service-secret"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            secret = secrets.token_urlsafe(32)
            file.write(secret)
        return secret

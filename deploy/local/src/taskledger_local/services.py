"""The four services and the origin before them, each a process of its own on a free loopback port."""

import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from taskledger import site
from taskledger_local.processes import Child, DidNotStart, free_port, signal_all

MODULES: Final[Mapping[str, str]] = {
    "auth": "auth_service",
    "task": "task_service",
    "projector": "log_projector",
    "notify": "notify_service",
}


class HttpChild(Child):
    """A process that serves HTTP on loopback, with `/readyz`."""

    def __init__(
        self, name: str, module: str, folder: Path, environment: Mapping[str, str], port: int, *arguments: str
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        command = [sys.executable, "-m", module, *arguments]
        super().__init__(name, command, folder, {**environment, "HOST": "127.0.0.1", "PORT": str(port)})

    def run(self) -> None:
        """Start, and return when it is ready. Raises DidNotStart."""
        self.start(self.ready)

    def ready(self) -> bool:
        """Whether it answers, and all that it stands on."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).is_success
        except httpx.HTTPError:
            return False


class Services:
    """All of them. `environment` has the variables that they share, but for where they are; `own` those of one."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        port: int | None = None,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        built = site.folder()
        if built is None:
            raise DidNotStart("the site is not built: `make stack` and `make test` build it")
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        ports = {name: free_port() for name in MODULES}
        self.environment = {
            "PUBLIC_URL": self.url,
            "TRUSTED_PROXIES": "1",
            **environment,
            "AUTH_URL": f"http://127.0.0.1:{ports['auth']}",
            "TASK_URL": f"http://127.0.0.1:{ports['task']}",
        }
        self.by_name = {
            name: HttpChild(name, module, folder, self.environment | dict((own or {}).get(name, {})), ports[name])
            for name, module in MODULES.items()
        }
        upstreams = [f"--{name}={self.by_name[name].url}" for name in ("auth", "task", "notify")]
        self.origin = HttpChild(
            "origin",
            "taskledger_local.origin",
            folder,
            self.environment,
            port,
            *upstreams,
            f"--openapi={built.parent / 'openapi.json'}",
        )

    @property
    def all(self) -> Sequence[HttpChild]:
        """Every process, the origin last."""
        return [*self.by_name.values(), self.origin]

    def start(self) -> None:
        """Start what does not run, and return when all are ready. Raises DidNotStart."""
        waiting = [child for child in self.all if child.process is None]
        for child in waiting:
            child.launch()
        for child in waiting:
            child.wait(child.ready)

    def end(self) -> Sequence[int | None]:
        """SIGTERM to all of them; their exit statuses."""
        return signal_all(self.all, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to all of them."""
        signal_all(self.all, signal.SIGKILL)

"""What end-to-end tests share: the real process on a free port, and people who use it over HTTP."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx

from taskledger_local.processes import free_port

T = TypeVar("T")

PASSWORD: Final = "a password nobody guesses"
TASKLEDGER: Final = str(Path(sys.executable).with_name("taskledger"))
_PATIENCE_SECONDS: Final = 30.0


def eventually(look: Callable[[], T], *, within: float = 10.0) -> T:
    """Look until what is seen is true, and return it. Raises AssertionError with what was seen last."""
    until = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > until:
            raise AssertionError(f"not so within {within} s; seen last: {seen!r}")
        time.sleep(0.02)


class Board(ABC):
    """A board at `url`, whatever it runs on: what journeys do with it. Other journeys may have people there too."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._clients: list[httpx.Client] = []

    def config(self) -> dict[str, Any]:
        """What the installation says of itself."""
        document: dict[str, Any] = httpx.get(f"{self.url}/api/config").raise_for_status().json()
        return document

    def register(self, name: str, **fields: str) -> "Person":
        """Register someone new, with an address of their own, who is logged in until the board is closed."""
        fields.setdefault("email", f"{uuid4().hex}@example.org")
        person = Person.register(self.url, name, **fields)
        self._clients.append(person.http)
        return person

    def log_in(self, person: "Person") -> "Person":
        """Somebody who is registered, logged in anew with the password of all, until the board is closed."""
        http = httpx.Client(base_url=self.url, timeout=20)
        self._clients.append(http)
        body = {"email": person.email, "password": PASSWORD}
        document = http.post("/api/auth/login", json=body).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {document['access_token']}"
        return Person(person.id, person.name, person.email, http)

    def known(self, email: str) -> "Person":
        """Somebody who is in the board's data already, logged in until the board is closed."""
        person = Person.log_in(self.url, email)
        self._clients.append(person.http)
        return person

    def close(self) -> None:
        """End the board and every connection to it."""
        for client in self._clients:
            client.close()

    @abstractmethod
    def start(self) -> None:
        """Start, or start again, and return when it is ready."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL to everything of ours that works on data: no chance to finish anything."""

    @abstractmethod
    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `taskledger` command on the same data."""

    @abstractmethod
    def events(self) -> int:
        """How many events the log has."""

    @abstractmethod
    def mails(self, person: "Person") -> list[dict[str, Any]]:
        """The mails that somebody was sent: `id`, `to`, `subject`, `text`, `html`."""


class Running(Board):
    """A `taskledger up` of one's own on a data folder; it can be ended, killed and started again on the same port."""

    def __init__(self, data: Path, **environment: str) -> None:
        super().__init__(free_port())
        self.data = data
        self._environment = {**os.environ, **environment}
        self._log = data.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start, and do not wait."""
        with self._log.open("ab") as log:
            command = [TASKLEDGER, "up", "--port", str(self.port), "--data", str(self.data)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)
        return self.process

    def start(self) -> None:
        """Start, and return when the process says that it is ready."""
        process = self.launch()
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._ready():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"taskledger up does not answer:\n{self.log()}")
            time.sleep(0.02)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def log(self) -> str:
        """What the process has printed so far."""
        return self._log.read_text()

    def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        self._signal(signal.SIGKILL)

    def end(self) -> int:
        """SIGTERM, and the exit status."""
        return self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> int:
        process = self.process
        if process is None:
            return 0
        process.send_signal(number)
        try:
            return process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"taskledger up did not end:\n{self.log()}") from None
        finally:
            self.process = None

    def close(self) -> None:
        """End the process and every connection to it."""
        super().close()
        self.end()

    def events(self) -> int:
        """See Board."""
        with closing(sqlite3.connect(self.data / "log.db")) as db:
            count: int = db.execute("SELECT count(*) FROM events").fetchone()[0]
            return count

    def mails(self, person: "Person") -> list[dict[str, Any]]:
        """See Board."""
        return person.all("/api/outbox")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another `taskledger` command on the same data folder."""
        command = [TASKLEDGER, *arguments, "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=self._environment)


@contextmanager
def running(data: Path, **environment: str) -> Iterator[Running]:
    """A started process that is ended at the end."""
    process = Running(data, **environment)
    process.start()
    try:
        yield process
    finally:
        process.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is logged in as a program would be, with calls that expect to succeed."""

    id: str
    name: str
    email: str
    http: httpx.Client

    @classmethod
    def register(cls, url: str, name: str, **fields: str) -> "Person":
        """Register someone new."""
        email = fields.setdefault("email", f"{name.lower()}@example.org")
        return cls._begin(url, "register", {"password": PASSWORD, "name": name, "email": email, **fields})

    @classmethod
    def log_in(cls, url: str, email: str, password: str = PASSWORD) -> "Person":
        """Log somebody in who is registered."""
        return cls._begin(url, "login", {"email": email, "password": password})

    @classmethod
    def _begin(cls, url: str, how: str, body: dict[str, str]) -> "Person":
        http = httpx.Client(base_url=url, timeout=20)
        document = http.post(f"/api/auth/{how}", json=body).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {document['access_token']}"
        return cls(document["user"]["id"], document["user"]["name"], body["email"], http)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call; the decoded answer. Raises httpx.HTTPStatusError for an error answer."""
        answer = self.http.request(method, path, json=body, headers=headers)
        if answer.is_error:
            raise httpx.HTTPStatusError(f"{method} {path}: {answer.text}", request=answer.request, response=answer)
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """GET."""
        return self.call("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        """POST with a JSON body."""
        return self.call("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, body)

    def put(self, path: str, **body: Any) -> Any:
        """PUT with a JSON body."""
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self.call("DELETE", path)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=200{cursor}")
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={page['next_cursor']}"

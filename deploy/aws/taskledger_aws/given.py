"""What a deployment is told by the context besides its sizes: `-c domain=board.example.org -c images=FILE`."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from constructs import Node

_FIRST_TAG: Final = "first"


class MissingContext(ValueError):
    """The context leaves out what a stack cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Names that only whoever deploys can know. Each is a context value of the same name."""

    domain: str | None = None
    """Where the board is found, such as `board.example.org`; without one, at a name of CloudFront's."""
    zone: str | None = None
    """The zone of Route 53 that the domain is in: by default all behind its first dot."""
    sender: str
    """The address that mails come from: by default `board@` the domain."""
    repository: str | None = None
    """`OWNER/NAME` on GitHub, whose workflows may push images and deploy."""
    repository_ids: str | None = None
    """`OWNER'S/NAME'S` numbers on GitHub, which the names of its runs carry besides."""
    images: str | None = None
    """A JSON file: by the name of each image, its digest `sha256:...`."""
    release: str = _FIRST_TAG
    """The tag of images whose digest `images` does not say."""
    registration: str = "open"
    """`open`: whoever reaches the board may register; `closed`: people are added by the `taskledger` command."""
    alarm_email: str | None = None
    """Who is told of alarms by mail."""
    backup_region: str | None = None
    """Where backups are copied to: a region that people's data may be in, which nobody else can say."""
    backup_vault: str | None = None
    """The ARN of a vault of another account that they are copied to besides."""
    log_table: str | None = None
    """The log's table, where a restore made another one; with `log_stream`, the ARN of its stream."""
    log_stream: str | None = None
    keys_table: str | None = None
    """The table of people and keys, where a restore made another one."""
    database: str | None = None
    """The identifier of the MySQL server, where a restore made another one; with its `database_address` (host and
    port) and its `database_secret` (the ARN)."""
    database_resource: str | None = None
    """What IAM calls that server: `db-...`."""
    database_address: str | None = None
    database_secret: str | None = None

    @property
    def sends_by_domain(self) -> bool:
        """Whether mails come from an address of the domain, whose identity signs them."""
        at = self.sender.rpartition("@")[2].rstrip(">").lower()
        return self.domain is not None and (at == self.domain or at.endswith(f".{self.domain}"))

    def __post_init__(self) -> None:
        for together in (
            ("repository", "repository_ids"),
            ("log_table", "log_stream"),
            ("database", "database_resource", "database_address", "database_secret"),
        ):
            if len({getattr(self, name) is None for name in together}) > 1:
                raise MissingContext(f"{', '.join(together)} are given together or not at all")

    def version_of(self, image: str) -> str:
        """The digest or the tag of an image. Raises MissingContext where `images` leaves it out."""
        if self.images is None:
            return self.release
        digests: dict[str, str] = json.loads(Path(self.images).read_text())
        if image not in digests:
            raise MissingContext(f"{self.images} does not name the digest of {image}")
        return digests[image]


def given_to(node: Node) -> Given:
    """What a construct's context says. Raises MissingContext."""

    def text(name: str) -> str | None:
        value: Any = node.try_get_context(name)
        return str(value) if value else None

    names = [field.name for field in fields(Given)]
    told = {name: value for name in names if (value := text(name)) is not None}
    domain = told.get("domain")
    if domain is not None:
        told = {"zone": domain.partition(".")[2], "sender": f"board@{domain}"} | told
    if "sender" not in told:
        raise MissingContext("mails need a sender: -c domain=board.example.org, or -c sender=you@example.org")
    return Given(**told)

"""What a deployment is told by the context besides its sizes: `-c domain=board.example.org -c images=FILE`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from constructs import Node

_FIRST_TAG: Final = "first"


class MissingContext(ValueError):
    """The context leaves out what a stack cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Names that only whoever deploys can know. Each is a context value of the same name."""

    domain: str | None
    """Where the board is found, such as `board.example.org`; without one, at a name of CloudFront's."""
    zone: str | None
    """The zone of Route 53 that the domain is in: by default all behind its first dot."""
    sender: str
    """The address that mails come from: by default `board@` the domain."""
    repository: str | None
    """`OWNER/NAME` on GitHub, whose workflows may push images and deploy."""
    github_provider: str | None
    """The ARN of GitHub's identity provider, where the account has it already: there can be one only."""
    images: str | None
    """A JSON file: by the name of each image, its digest `sha256:...`."""
    release: str
    """The tag of images whose digest `images` does not say."""
    registration: str
    """`open`: whoever reaches the board may register; `closed`: people are added by the `taskledger` command."""
    alarm_email: str | None
    """Who is told of alarms by mail."""

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

    domain = text("domain")
    sender = text("sender") or (f"board@{domain}" if domain else None)
    if sender is None:
        raise MissingContext("mails need a sender: -c domain=board.example.org, or -c sender=you@example.org")
    return Given(
        domain=domain,
        zone=text("zone") or (domain.partition(".")[2] if domain else None),
        sender=sender,
        repository=text("repository"),
        github_provider=text("github_provider"),
        images=text("images"),
        release=text("release") or _FIRST_TAG,
        registration=text("registration") or "open",
        alarm_email=text("alarm_email"),
    )

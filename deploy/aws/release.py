"""A release of Taskledger on AWS: `deploy REVISION IMAGES`, `remember ...`, `protect`, `roll-back`, `digests`.

IMAGES is JSON, the digest of each service's image. Services go first and the site last, for an older site understands
newer services. What passed its test is remembered in a parameter of Systems Manager, with what the account was told;
`roll-back` makes that the release again, from its own revision of this repository, and asks which to tell where the
account is told something else by now. `protect` has what holds data refuse to be deleted, from the first release on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

import boto3

import context
import operate

ROOT: Final = Path(__file__).resolve().parents[2]
PARAMETER: Final = "/taskledger/release"

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""Files in `assets/` have their content's hash in their names."""
ASK_FIRST: Final = "no-cache"
LAST: Final = ("index.html", "sw.js")
"""What names other files: they must be there before it."""


BEFORE_SERVICES: Final = "TaskledgerOperator"
PREPARES: Final = (("grant",), ("rebuild", "--if-missing"))
"""Commands of the new release's `taskledger`: services get their users of the database; a read model of its schema is
filled, if it has another one."""

HOLD_DATA: Final = ("TaskledgerTables", "TaskledgerData", "TaskledgerEdge")
"""Stacks with something that can be protected."""


class NothingToRollBackTo(Exception):
    """No release has passed its test yet."""


class NotPrepared(Exception):
    """What has to be there before the services change is not."""


class ToldOtherwise(Exception):
    """The account is told something else than when the release passed."""


@dataclass(frozen=True, slots=True)
class Release:
    """What runs: a commit, the digest (`sha256:...`) of each service's image, what the account was told."""

    revision: str
    images: Mapping[str, str]
    context: Mapping[str, str] = field(default_factory=dict)


def upload(s3: Any, bucket: str, site: Path, openapi: Path) -> None:
    """Put a built site into the bucket: what pages refer to, the page that refers to it, the worker that keeps all.

    The document of all services is served as a file too. Nothing is deleted: a browser that has yesterday's page may
    still ask for its files.
    """
    files = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
    files["api/openapi.json"] = openapi
    for key, path in sorted(files.items(), key=lambda file: LAST.index(file[0]) + 1 if file[0] in LAST else 0):
        kind = guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix == ".webmanifest":
            kind = "application/manifest+json"
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            CacheControl=FOR_EVER if key.startswith("assets/") else ASK_FIRST,
        )


def remember(ssm: Any, release: Release) -> None:
    """Write down a release that passed its test."""
    ssm.put_parameter(Name=PARAMETER, Type="String", Overwrite=True, Value=json.dumps(asdict(release)))


def remembered(ssm: Any) -> Release:
    """The newest release that passed its test. Raises NothingToRollBackTo."""
    try:
        value = ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound as missing:
        raise NothingToRollBackTo(f"{PARAMETER} is not there: no release has passed its test yet") from missing
    return Release(**json.loads(value))


def deploy(release: Release, at: Path = ROOT) -> str:
    """Bring a release out from a checkout of its revision; the address of the board."""
    with _images(release) as images:
        outputs = Path(images).with_name("outputs.json")
        cdk = [str(at / "deploy/aws/cdk"), "deploy", "--require-approval=never", f"--outputs-file={outputs}"]
        # All that services stand on, and the new release's command: what takes long is done while the old one serves.
        _run([*cdk, BEFORE_SERVICES], IMAGES=images)
        for command in PREPARES:
            operated(command)
        _run([*cdk, "--all"], IMAGES=images)
        context.keep_lookups(boto3.client("ssm"), at / "deploy/aws/cdk.context.json")
        stacks = json.loads(outputs.read_text())
    edge: Mapping[str, str] = stacks["TaskledgerEdge"]
    _run(["make", "-C", str(at), "web/dist/index.html"])
    upload(boto3.client("s3"), edge["SiteBucket"], at / "web" / "dist", at / "web" / "openapi.json")
    boto3.client("cloudfront").create_invalidation(
        DistributionId=edge["DistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": os.urandom(8).hex()},
    )
    return edge["Url"]


def operated(command: Sequence[str]) -> None:
    """Run a `taskledger` command beside the services, and show what it printed. Raises NotPrepared."""
    try:
        task, status = operate.run(boto3.client("ecs"), command)
    except operate.NotRun as fault:
        raise NotPrepared(f"taskledger {' '.join(command)}: {fault}") from fault
    for line in operate.printed(boto3.client("logs"), task):
        print(line)
    if status:
        raise NotPrepared(f"taskledger {' '.join(command)} ended with {status}")


def told_again(ssm: Any, release: Release, which: str | None) -> None:
    """Have the account told what goes with an earlier release. Raises ToldOtherwise where somebody has to say.

    `which`: `now` leaves what it is told, such as the tables of a restore; `then` takes what the release passed with.
    """
    now = context.kept(ssm)
    names = sorted(name for name in now | release.context if now.get(name) != release.context.get(name))
    if not names or which == "now":
        return
    if which == "then":
        context.keep(ssm, release.context)
        return
    differences = "; ".join(f"{name}: then {release.context.get(name)}, now {now.get(name)}" for name in names)
    raise ToldOtherwise(f"{differences}. Say --context=now or --context=then.")


def protect(ssm: Any) -> None:
    """Have what holds data refuse to be deleted, unless it does already."""
    told = context.kept(ssm)
    if told.get("protect") != "true":
        context.keep(ssm, told | {"protect": "true"})
        with _images(remembered(ssm)) as images:
            _run(
                [str(ROOT / "deploy/aws/cdk"), "deploy", "--exclusively", "--require-approval=never", *HOLD_DATA],
                IMAGES=images,
            )


@contextmanager
def _images(release: Release) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "images.json"
        file.write_text(json.dumps(dict(release.images)))
        yield str(file)


@contextmanager
def checkout(revision: str, repository: Path = ROOT) -> Iterator[Path]:
    """A folder with the repository as it was then."""
    git = ["git", "-C", str(repository), "worktree"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / revision
        _run([*git, "add", "--quiet", "--detach", str(folder), revision])
        try:
            yield folder
        finally:
            _run([*git, "remove", "--force", str(folder)])


def _run(command: list[str], **variables: str) -> None:
    subprocess.run(command, check=True, env={**os.environ, **variables})  # noqa: S603 - the commands are ours


def main(arguments: list[str]) -> int:
    """Run one of the commands. Exit status 1: AWS refused, or there is nothing to roll back to."""
    parser = argparse.ArgumentParser(prog="release.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("deploy", "remember"):
        command = commands.add_parser(name)
        command.add_argument("revision")
        command.add_argument("images", type=json.loads)
    commands.add_parser("protect")
    commands.add_parser("digests")
    commands.add_parser("roll-back").add_argument("--context", choices=("now", "then"))
    given = parser.parse_args(arguments)
    ssm = boto3.client("ssm")
    try:
        match given.command:
            case "deploy":
                url = deploy(Release(given.revision, given.images))
                print(f"Taskledger {given.revision[:12]} is at {url}")
                if output := os.environ.get("GITHUB_OUTPUT"):
                    with Path(output).open("a") as file:
                        file.write(f"url={url}\n")
            case "remember":
                remember(ssm, Release(given.revision, given.images, context.kept(ssm)))
            case "protect":
                protect(ssm)
            case "digests":
                print(json.dumps(dict(remembered(ssm).images)))
            case _:
                release = remembered(ssm)
                told_again(ssm, release, given.context)
                with checkout(release.revision) as at:
                    url = deploy(release, at)
                print(f"Taskledger {release.revision[:12]} is back at {url}")
    except (NothingToRollBackTo, NotPrepared, ToldOtherwise, subprocess.CalledProcessError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

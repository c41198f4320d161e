"""What a deployment is told, kept in the account: `context.py show`, `set NAME=VALUE ...`, `unset NAME ...`.

Every command of this folder reads it, so that two people, a workflow and a roll-back deploy the same sizes, domain and
tables. A variable such as DOMAIN counts where nothing is kept yet; afterwards one that says otherwise is refused.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3

PARAMETER: Final = "/taskledger/context"
LOOKUPS: Final = "/taskledger/lookups"
"""What the CDK looked up in the account, such as its zones: `cdk.context.json` of whoever deployed last."""

VARIABLES: Final = ("PROFILE", "DOMAIN", "ZONE", "SENDER", "ALARM_EMAIL", "REGISTRATION", "BACKUP_REGION", "REPOSITORY")
"""Variables by which a value may be told, in small letters its name."""

LOOKED_UP: Final = Path(__file__).with_name("cdk.context.json")


class Differs(Exception):
    """A variable says something else than the account."""


def kept(ssm: Any) -> dict[str, str]:
    """What the account says; nothing where it has never been told."""
    return {name: str(value) for name, value in _read(ssm, PARAMETER).items()}


def keep(ssm: Any, values: Mapping[str, str]) -> None:
    """Write it down in place of what was there."""
    ssm.put_parameter(
        Name=PARAMETER, Type="String", Overwrite=True, Value=json.dumps(dict(sorted(values.items())), indent=1)
    )


def told(ssm: Any, variables: Mapping[str, str]) -> dict[str, str]:
    """What a command works with: what is kept, or the variables of whoever is first. Raises Differs."""
    own = {name.lower(): variables[name] for name in VARIABLES if variables.get(name)}
    there = kept(ssm)
    if not there:
        return own
    others = [f"{name.upper()}={value}" for name, value in own.items() if there.get(name) != value]
    if others:
        raise Differs(
            f"{' '.join(others)} is not what this account is told ({PARAMETER}: {json.dumps(there)}). Leave it out, or"
            " change what is kept by `context.py set`."
        )
    return there


def keep_lookups(ssm: Any, file: Path = LOOKED_UP) -> None:
    """Write down what the CDK has looked up."""
    if file.exists():
        ssm.put_parameter(
            Name=LOOKUPS, Type="String", Tier="Intelligent-Tiering", Overwrite=True, Value=file.read_text()
        )


def bring_lookups(ssm: Any, file: Path = LOOKED_UP) -> None:
    """Put what the CDK had looked up where it looks first, unless there is something."""
    if not file.exists() and (found := _read(ssm, LOOKUPS)):
        file.write_text(json.dumps(found, indent=2))


def _read(ssm: Any, name: str) -> dict[str, Any]:
    try:
        value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return {}
    found: dict[str, Any] = json.loads(value)
    return found


def _known() -> set[str]:
    from dataclasses import fields

    from taskledger_aws.given import Given
    from taskledger_aws.profile import Profile

    return {"profile"} | {field.name for kind in (Given, Profile) for field in fields(kind)} - {"images", "release"}


def main(arguments: list[str]) -> int:
    """Run one of the commands. Exit status 1: a variable differs; 2: a mistake in what was asked."""
    ssm = boto3.client("ssm")
    match arguments:
        case ["show"]:
            print(json.dumps(kept(ssm), indent=1))
        case ["arguments"]:  # for `cdk`: a word a line
            try:
                values = told(ssm, os.environ)
            except Differs as fault:
                print(fault, file=sys.stderr)
                return 1
            bring_lookups(ssm)
            for name, value in values.items():
                print("--context", f"{name}={value}", sep="\n")
        case ["set", *pairs] if pairs and all("=" in pair for pair in pairs):
            changed = dict(pair.split("=", 1) for pair in pairs)
            if unknown := set(changed) - _known():
                print(f"nobody knows {', '.join(sorted(unknown))}", file=sys.stderr)
                return 2
            keep(ssm, kept(ssm) | changed)
        case ["unset", *names] if names:
            keep(ssm, {name: value for name, value in kept(ssm).items() if name not in names})
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

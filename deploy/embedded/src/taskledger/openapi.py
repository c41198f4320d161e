"""One OpenAPI document for all services: what the site's client is typed from."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI


def merged(apps: Sequence[FastAPI]) -> dict[str, Any]:
    """The services' documents as one. Raises ValueError when two services give one schema name two meanings."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Taskledger", "version": "1"},
        "paths": {},
        "components": {"schemas": {}},
    }
    for app in apps:
        part = app.openapi()
        document["paths"].update(part["paths"])
        for kind, components in part.get("components", {}).items():
            known = document["components"].setdefault(kind, {})
            for name, component in components.items():
                if known.setdefault(name, component) != component:
                    raise ValueError(f"{name} means one thing here and another there")
        if "security" in part:
            document["security"] = part["security"]
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def main(arguments: Sequence[str]) -> int:
    """Write the document to a file, or with `--check` tell whether the file has it."""
    from kernel.process.platform import Platform
    from taskledger.app import services
    from taskledger.settings import AUTH_URL

    document = merged(list(services({"AUTH_URL": AUTH_URL, "MAILER_URL": "maildir:///unused"}, Platform()).values()))
    encoded = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    path = Path(arguments[-1])
    if arguments[0] != "--check":
        path.write_bytes(encoded)
        return 0
    if path.read_bytes() == encoded:
        return 0
    sys.stderr.write(f"{path} is not what the services say: run `make openapi`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""One OpenAPI document for all services: what the site's client is typed from."""

from collections.abc import Sequence
from typing import Any

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

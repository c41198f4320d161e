"""One OpenAPI document for all services: what the site's client is typed from."""

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from kernel.http.openapi import merged
from kernel.process.platform import Platform
from taskledger.app import services
from taskledger.settings import AUTH_URL


def main(arguments: Sequence[str]) -> int:
    """Write the document to a file, or with `--check` tell whether the file has it."""
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

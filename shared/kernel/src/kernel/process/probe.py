"""`python -m kernel.process.probe [PATH]`: whether the service of this container answers; exit status 0 if it does."""

import os
import sys
import urllib.request


def main() -> int:
    """Ask the service on the port that `PORT` names for a path, `/livez` by default."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/livez"
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{path}"
    try:
        with urllib.request.urlopen(url, timeout=2):
            return 0
    except OSError as fault:
        print(f"{url}: {fault}", file=sys.stderr)  # noqa: T201 - the container's health log shows it
        return 1


if __name__ == "__main__":
    sys.exit(main())

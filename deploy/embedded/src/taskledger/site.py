"""The browser site: static files, with `index.html` for every address that the site itself resolves."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CONTENT_SECURITY_POLICY: Final = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ]
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def folder() -> Path | None:
    """The built site: in the package, or beside this checkout; None when it was not built."""
    here = Path(__file__).resolve()
    candidates = [here.parent / "dist"]
    if len(here.parents) > 4:
        candidates.append(here.parents[4] / "web" / "dist")
    return next((path for path in candidates if (path / "index.html").is_file()), None)


class Site(StaticFiles):
    """Serves the built site. Files under `assets/` carry a hash in their name and may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at a path, or the page that resolves the path in the browser."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/") or "." in Path(path).name:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["Cache-Control"] = _FOR_EVER if path.startswith("assets/") else "no-cache"
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

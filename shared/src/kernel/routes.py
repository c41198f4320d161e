"""The route class of every service's router: JSON is read strictly."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRequest(Request):
    """A request whose body is JSON by RFC 8259: UTF-8, no NaN, no unpaired surrogate, no endless nesting."""

    async def json(self) -> Any:
        """The decoded body. Raises json.JSONDecodeError, which is answered as 422 `malformed_json`."""
        return orjson.loads(await self.body())


class Route(APIRoute):
    """For `APIRouter(route_class=Route)`."""

    def get_route_handler(self) -> Handle:
        """FastAPI's handler, given a JsonRequest."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        return strictly

"""The route class of every service's router: JSON is read strictly, and what is plainly right is not asked about."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRequest(Request):
    """A request whose body is JSON by RFC 8259: UTF-8, no NaN, no unpaired surrogate, no endless nesting."""

    async def json(self) -> Any:
        """The decoded body. Raises json.JSONDecodeError, which is answered as 422 `malformed_json`."""
        return orjson.loads(await self.body())


class Route(APIRoute):
    """For `APIRouter(route_class=Route)`; endpoints return a Response.

    A request without a query and without the headers that its endpoint declares has only its body to be validated.
    FastAPI takes as long to find that out as many an endpoint takes for its work, so such requests go past it;
    whatever is wrong with one is still found and answered by FastAPI.
    """

    def get_route_handler(self) -> Handle:
        """The handler, given a JsonRequest."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        if not _is_plain(self.dependant):
            return strictly
        endpoint = self.endpoint
        declared = frozenset(field.alias.lower().encode() for field in self.dependant.header_params)
        body = self.dependant.body_params[0] if self.dependant.body_params else None
        model: Any = body.field_info.annotation if body else None
        name = body.name if body else ""

        async def plainly(given: Request) -> Response:
            request = JsonRequest(given.scope, given.receive)
            scope = request.scope
            if scope["query_string"] or not declared.isdisjoint(header for header, _ in scope["headers"]):
                return await handle(request)
            values = dict(request.path_params)
            if model is not None:
                try:
                    values[name] = model.model_validate(await request.json())
                except ValueError:
                    return await handle(request)
            response: Response = await endpoint(request=request, **values)
            return response

        return plainly


def _is_plain(dependant: Dependant) -> bool:
    """Whether an endpoint takes its request, text from the path, a model as body, and optional queries and headers."""
    optional = (*dependant.query_params, *dependant.header_params)
    bodies = [field.field_info.annotation for field in dependant.body_params]
    return (
        dependant.request_param_name == "request"
        and not dependant.dependencies
        and not dependant.cookie_params
        and all(field.field_info.annotation is str and not field.field_info.metadata for field in dependant.path_params)
        and not any(field.field_info.is_required() for field in optional)
        and len(bodies) <= 1
        and all(isinstance(body, type) and issubclass(body, BaseModel) for body in bodies)
    )

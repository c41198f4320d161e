"""The route class of every service's router: JSON is read strictly, and what is plainly right is not asked about."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, get_origin
from urllib.parse import parse_qsl

import orjson
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from kernel.http.field_errors import FieldError
from kernel.http.problems import Problem

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRequest(Request):
    """A request whose body is JSON by RFC 8259: UTF-8, no NaN, no unpaired surrogate, no endless nesting."""

    async def json(self) -> Any:
        """The decoded body. Raises json.JSONDecodeError, which is answered as 422 `malformed_json`."""
        return orjson.loads(await self.body())


class Route(APIRoute):
    """For `APIRouter(route_class=Route)`; endpoints return a Response.

    A request without the headers that its endpoint declares, and without a query unless that is declared as a model,
    has only one or two models to be validated. FastAPI takes as long to find that out as many an endpoint takes for
    its work, so such requests go past it; whatever is wrong with one is still found and answered by FastAPI.
    """

    def get_route_handler(self) -> Handle:
        """The handler, given a JsonRequest."""
        handle = _only_declared(super().get_route_handler(), self)

        async def strictly(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        if not _is_plain(self.dependant):
            return strictly
        endpoint = self.endpoint
        declared = frozenset(field.alias.lower().encode() for field in self.dependant.header_params)
        body = next(iter(self.dependant.body_params), None)
        query = next((field for field in self.dependant.query_params if _model_of(field)), None)
        lists = _lists_of(_model_of(query)) if query else frozenset()
        known = frozenset(_names_of(query)) if query else frozenset()

        async def plainly(given: Request) -> Response:
            request = JsonRequest(given.scope, given.receive)
            scope = request.scope
            if not declared.isdisjoint(header for header, _ in scope["headers"]):
                return await handle(request)
            values: dict[str, Any] = dict(request.path_params)
            try:
                if query is not None:
                    if not _parsed(scope["query_string"], lists).keys() <= known:
                        return await handle(request)
                    values[query.name] = _model_of(query).model_validate(_parsed(scope["query_string"], lists))
                elif scope["query_string"]:
                    return await handle(request)
                if body is not None:
                    values[body.name] = _model_of(body).model_validate(await request.json())
            except ValueError:
                return await handle(request)
            response: Response = await endpoint(request=request, **values)
            return response

        return plainly


_FROM_ELSEWHERE: Final = ("/callback",)
"""Ends of paths that other programs send people to, with what parameters they like."""


def _only_declared(handle: Handle, route: APIRoute) -> Handle:
    """The handler, behind a 422 for a parameter that no one declared: a slip in a filter's name is not "everything"."""
    if route.path.endswith(_FROM_ELSEWHERE):
        return handle
    declared = frozenset(name for field in route.dependant.query_params for name in _names_of(field))

    async def only_declared(request: Request) -> Response:
        unknown = sorted(request.query_params.keys() - declared) if request.scope["query_string"] else []
        if unknown:
            shown = [FieldError(name[:100], "is not a parameter here", "unknown_parameter") for name in unknown[:20]]
            known = f"It has {', '.join(sorted(declared))}." if declared else "It has none."
            raise Problem(422, "unknown_parameter", f"There is no such parameter here. {known}", errors=shown)
        return await handle(request)

    return only_declared


def _names_of(field: Any) -> Iterable[str]:
    model = _model_of(field)
    return [field.alias] if model is None else [f.alias or name for name, f in model.model_fields.items()]


def _is_plain(dependant: Dependant) -> bool:
    """Whether an endpoint takes its request, text from the path, models as body and query, and optional headers."""
    scalars = [field for field in (*dependant.query_params, *dependant.header_params) if not _model_of(field)]
    models = [field for field in dependant.query_params if _model_of(field)]
    return (
        dependant.request_param_name == "request"
        and not dependant.dependencies
        and not dependant.cookie_params
        and all(field.field_info.annotation is str and not field.field_info.metadata for field in dependant.path_params)
        and not any(field.field_info.is_required() for field in scalars)
        and (not models or len(dependant.query_params) == 1)
        and len(dependant.body_params) <= 1
        and all(_model_of(field) for field in dependant.body_params)
    )


def _model_of(field: Any) -> Any:
    """The model that a parameter is declared as, or None."""
    annotation = field.field_info.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _lists_of(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a query that may be given several times."""
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if get_origin(field.annotation) is list)


def _parsed(query: bytes, lists: frozenset[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else ():
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values

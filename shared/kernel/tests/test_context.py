"""Correlation ids: ours are the trace's, what others chose is told apart."""

import httpx
import pytest
from fastapi import FastAPI

from kernel.http.app import RequestScope
from kernel.observe.context import current, headers

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def heard(sent: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The correlation id of a request, and what it would send on to another service."""
    inner = FastAPI()

    @inner.get("/")
    async def read() -> tuple[str, dict[str, str]]:
        return current().correlation_id, headers()

    transport = httpx.ASGITransport(RequestScope(inner))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
        correlation, onward = (await http.get("/", headers=sent)).json()
        return correlation, onward


async def test_a_correlation_id_from_outside_is_told_apart_from_ours() -> None:
    for chosen in ("import-x", "client-1", "x" * 128):
        assert (await heard({"X-Correlation-Id": chosen}))[0] == f"client:{chosen}"


@pytest.mark.parametrize("sent", [{}, {"X-Correlation-Id": "the-click"}, {"X-Correlation-Id": "y" * 128}])
async def test_it_stays_the_same_from_service_to_service(sent: dict[str, str]) -> None:
    traced = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    first, onward = await heard(traced | sent)
    assert (await heard(onward))[0] == first


async def test_without_one_it_is_the_trace() -> None:
    for sent in ({}, {"X-Correlation-Id": "not one"}, {"X-Correlation-Id": "z" * 200}):
        assert (await heard({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"} | sent))[0] == TRACE

"""The route of a project's proof."""

import orjson
from fastapi import APIRouter, Request, Response

from kernel.http.openapi import answers
from kernel.http.requests import JSON
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import deps_of
from task_service.schemas import View

router = APIRouter(route_class=UserRoute, tags=["projects"], generate_unique_id_function=lambda route: route.name)


class StreamProofView(View):
    """A stream of the log, its newest version, and the newest link of its hash chain as hexadecimal digits."""

    stream: str
    version: int
    link: str


class ProofView(View):
    """`root`: the Merkle root over `streams`, as hexadecimal digits, made as `taskledger seal` makes it."""

    project_id: str
    root: str
    streams: list[StreamProofView]


@router.get("/api/projects/{project_id}/proof", responses=answers(ProofView))
async def read_proof(request: Request, project_id: str) -> Response:
    """What a project's history comes to: whoever keeps it can tell later whether anything of it was changed."""
    proof = await deps_of(request).proofs.of(project_id, user_of(request))
    streams = [{"stream": stream, "version": version, "link": link.hex()} for stream, version, link in proof.streams]
    document = {"project_id": project_id, "root": proof.root.hex(), "streams": streams}
    return Response(orjson.dumps(document), media_type=JSON)

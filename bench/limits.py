"""What the machine allows: a FastAPI app with nothing behind it, and durable SQLite inserts behind one.

Run by the benchmarks as a server of its own, on the same uvicorn with the same settings as `taskledger up`.
"""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

from kernel.adapters.sqlite.engine import GroupCommitWriter, connect

INSERT = "INSERT INTO limits (body) VALUES ('a task in some sixty bytes of text, as rows go, no more')"


def create_app(folder: Path) -> FastAPI:
    """Routes: `/bytes/{n}` answers n ready bytes; `/insert` commits a row for each; `/group` commits rows together."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        for name in ("single", "group"):
            db = connect(folder / f"{name}.db")
            db.execute("CREATE TABLE limits (id INTEGER PRIMARY KEY, body TEXT)")
            setattr(app.state, name, db)
        app.state.writer = GroupCommitWriter(app.state.group, "limits")
        yield
        await app.state.writer.close()
        app.state.single.close()

    app = FastAPI(lifespan=lifespan)

    bodies: dict[int, bytes] = {}

    @app.get("/bytes/{size}")
    async def ready(size: int) -> Response:
        body = bodies.get(size)
        if body is None:
            body = bodies[size] = b'"' + b"a" * (size - 2) + b'"'
        return Response(body, media_type="application/json")

    @app.post("/insert")
    async def insert() -> Response:
        app.state.single.execute(INSERT)
        return Response(b"{}", 201, media_type="application/json")

    def work(db: sqlite3.Connection) -> None:
        db.execute(INSERT)

    @app.post("/group")
    async def group() -> Response:
        await app.state.writer.submit(work)
        return Response(b"{}", 201, media_type="application/json")

    return app


if __name__ == "__main__":
    config = uvicorn.Config(
        create_app(Path(sys.argv[2])),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        proxy_headers=False,
        log_level="warning",
    )
    uvicorn.Server(config).run()

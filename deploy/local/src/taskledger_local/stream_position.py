"""How far a reader of DynamoDB streams has come, kept in a file."""

import os
from pathlib import Path
from typing import Final

import orjson

_FINISHED: Final = "finished"


class Positions:
    """The newest sequence number of each shard whose record, and every one before it, needs not be read again.

    Only the stream that is read now is kept: one that was made anew, as emulators do, has another name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = ""
        self._shards: dict[str, str] = {}
        if path.exists():
            kept = orjson.loads(path.read_bytes())
            self._stream, self._shards = kept["stream"], kept["shards"]

    def of(self, stream: str, shard: str) -> str | None:
        """The last position in a shard, None where nothing was read."""
        position = self._shards.get(shard) if stream == self._stream else None
        return None if position == _FINISHED else position

    def finished(self, stream: str, shard: str | None) -> bool:
        """Whether a shard was read to its end."""
        return stream == self._stream and shard is not None and self._shards.get(shard) == _FINISHED

    def move(self, stream: str, shard: str, position: str) -> None:
        """Keep a position."""
        if stream != self._stream:
            self._stream, self._shards = stream, {}
        self._shards[shard] = position
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps({"stream": self._stream, "shards": self._shards}))
        os.replace(fresh, self._path)

    def finish(self, stream: str, shard: str) -> None:
        """Keep that a shard was read to its end."""
        self.move(stream, shard, _FINISHED)

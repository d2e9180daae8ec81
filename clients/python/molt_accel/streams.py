"""Streams: items of a parameter or of the result that travel in chunks beside the message.

A chunk is one encoded list in one frame. Each direction of a call may have ``max_frame`` bytes on their way; the receiver returns bytes as it
takes chunks up. What is here knows nothing of sockets: the schema's side of a stream, and the cutting of items into chunks.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence

from . import annotations as hint
from .codec import compile_codec
from .errors import InvalidInput
from .schema import Export, Node

#: Items that are gathered before a chunk is sent, at most.
_GATHER = 256
#: A chunk without items: the end of a stream that has no more.
NO_ITEMS = b"\x90"


class Streams(NamedTuple):
    """The streams of an export, bound to the annotations of a function."""

    #: Which argument is the input stream, and the bytes of a list of its items.
    input: int | None
    encode: Callable[[Sequence[Any]], bytes] | None
    #: Items per chunk of the input stream.
    most: int
    #: The items of a chunk of the output stream; None if the result is no stream.
    decode: Callable[[bytes], list[Any]] | None


def streams_of(export: Export, types: Mapping[str, Node], hints: Mapping[str, Any]) -> Streams | None:
    """The streams of an export; None if it has none."""
    input_, encode, most, decode = None, None, 0, None
    for i, param in enumerate(export.params):
        if param["schema"]["kind"] == "stream":
            schema = param["schema"]
            input_, most = i, int(schema["maxItems"])
            encode = compile_codec(_chunk(schema), types, _listed(hints.get(param["name"])), f"{export.name}.{param['name']}").encode
    if export.result["kind"] == "stream":
        decode = compile_codec(_chunk(export.result), types, _listed(hints.get("return")), f"{export.name} result").decode
    return None if encode is None and decode is None else Streams(input_, encode, most, decode)


def _chunk(schema: Node) -> Node:
    return {"kind": "list", "of": schema["of"], "maxItems": schema["maxItems"]}


def _listed(annotation: Any) -> Any:
    """The annotation of a chunk, from that of an iterator."""
    item = hint.of_items(annotation)
    return None if item is None else list[item]  # type: ignore[valid-type]


class Chunks:
    """Cuts items into encoded chunks that fit into a frame."""

    def __init__(self, name: str, streams: Streams, max_frame: int) -> None:
        self._name = name
        self._streams = streams
        self._max_frame = max_frame

    @property
    def gather(self) -> int:
        return min(_GATHER, self._streams.most)

    def encode(self, items: Sequence[Any]) -> Iterator[bytes]:
        """The chunks of some items, in order."""
        assert self._streams.encode is not None
        waiting = deque([items])
        while waiting:
            part = waiting.popleft()
            data = self._streams.encode(part)
            if len(data) <= self._max_frame:
                yield data
            elif len(part) > 1:
                waiting.extendleft((part[len(part) // 2 :], part[: len(part) // 2]))
            else:
                raise InvalidInput(f"{self._name}: an item of {len(data)} bytes does not fit into a frame of {self._max_frame}")

    def of(self, items: Iterable[Any]) -> Iterator[bytes]:
        """The chunks of an iterable, read as they are sent."""
        source = iter(items)
        while part := list(islice(source, self.gather)):
            yield from self.encode(part)


class ItemStream(Iterator[Any]):
    """The items of a result, as they come. The call's connection is its own until it has ended or is closed."""

    def __init__(self, chunks: Iterator[list[Any]], finish: Callable[[bool], None]) -> None:
        self._chunks = chunks
        self._items: Iterator[Any] = iter(())
        self._finish: Callable[[bool], None] | None = finish

    def __next__(self) -> Any:
        while True:
            for item in self._items:
                return item
            if self._finish is None:
                raise StopIteration
            try:
                self._items = iter(next(self._chunks))
            except StopIteration:
                self._end(True)
            except BaseException:
                self._end(False)
                raise

    def close(self) -> None:
        """Gives up: the call is stopped if it still runs."""
        self._items = iter(())
        self._end(False)

    def __enter__(self) -> ItemStream:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        self._end(False)

    def _end(self, whole: bool) -> None:
        finish, self._finish = self._finish, None
        if finish is not None:
            finish(whole)

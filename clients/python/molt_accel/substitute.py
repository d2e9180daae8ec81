"""What stands in for every worker of this process, if anything does: see :mod:`molt_accel.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .offload import Offload
    from .request import Request


class Substitute(Protocol):
    """Answers requests with the body of a result, or raises what a worker would have answered."""

    def call(self, offload: Offload, request: Request) -> bytes: ...

    async def call_async(self, offload: Offload, request: Request) -> bytes: ...


#: Set for the length of a test.
current: Substitute | None = None

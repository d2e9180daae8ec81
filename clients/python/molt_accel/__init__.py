"""Calls functions compiled by Molt from Python: in a worker over a Unix socket, or in process.

>>> from molt_accel import molt_offload
>>> @molt_offload(socket="/run/app/molt.sock", deadline=0.5, fallback="python")
... def total(prices: list[float], tax: float = 0.2) -> float:
...     return sum(prices) * (1 + tax)
"""

from typing import TYPE_CHECKING, Any

from .blocking import close_pools
from .errors import (
    AppError,
    Busy,
    Cancelled,
    CapabilityDenied,
    CpuExceeded,
    DeadlineExceeded,
    DeadlineUnmeetable,
    Draining,
    InvalidInput,
    MemoryExceeded,
    MessageTooLarge,
    MissingExport,
    MoltError,
    ProtocolError,
    ResultTooLarge,
    SchemaMismatch,
    Shed,
    StoreUnavailable,
    Trap,
    Unauthorized,
    VersionUnsupported,
    WorkerFault,
    WorkerLost,
    WorkerNotRunning,
)
from .multiplexed import close_connections
from .offload import Offload, molt_offload
from .scope import Scope, remaining, request_scope
from .shadow import Difference, Shadow, drain_shadows
from .unions import Tagged
from .values import Capability, Err, Ok
from .wire import Progress

if TYPE_CHECKING:
    from .development import DevWorker, dev_worker

__version__ = "0.1.0"

__all__ = [
    "AppError",
    "Busy",
    "Cancelled",
    "Capability",
    "CapabilityDenied",
    "CpuExceeded",
    "DeadlineExceeded",
    "DeadlineUnmeetable",
    "DevWorker",
    "Difference",
    "Draining",
    "Err",
    "InvalidInput",
    "MemoryExceeded",
    "MessageTooLarge",
    "MissingExport",
    "MoltError",
    "Offload",
    "Ok",
    "Progress",
    "ProtocolError",
    "ResultTooLarge",
    "SchemaMismatch",
    "Scope",
    "Shadow",
    "Shed",
    "StoreUnavailable",
    "Tagged",
    "Trap",
    "Unauthorized",
    "VersionUnsupported",
    "WorkerFault",
    "WorkerLost",
    "WorkerNotRunning",
    "close_connections",
    "close_pools",
    "dev_worker",
    "drain_shadows",
    "molt_offload",
    "remaining",
    "request_scope",
]


def __getattr__(name: str) -> Any:
    # What only development needs is loaded when it is asked for.
    if name in ("DevWorker", "dev_worker"):
        from . import development

        return getattr(development, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

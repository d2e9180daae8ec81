"""A library with a compiled heart: in this process, without a worker; as plain Python where it was not built."""

from pathlib import Path

from molt_accel import molt_offload

from . import kernel

#: Where `molt build` puts the artifact; part of the package when it is published.
ARTIFACT = Path(__file__).parent / "compiled"

distance = molt_offload(transport="inproc", artifact=str(ARTIFACT), fallback="python", deadline=60)(kernel.distance)

__all__ = ["distance"]

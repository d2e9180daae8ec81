"""How the tests of failure modes ask: offload a function of the service to a worker and give the error that came."""

from __future__ import annotations

import threading
from typing import Any, Callable

import molt_accel as m


def offload(worker: Any, function: Callable[..., Any], **options: Any) -> Any:
    return m.molt_offload(socket=worker.path, **options)(function)


def failure(function: Callable[..., Any], *args: Any) -> m.MoltError:
    """The MoltError of a call that must fail."""
    try:
        got = function(*args)
    except m.MoltError as error:
        return error
    raise AssertionError(f"{getattr(function, '__name__', function)} returned {got!r}")


class InThread:
    """A call in a thread of its own; ``error`` waits for how it failed."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._result: Any = None
        self._thread = threading.Thread(target=self._run, args=(function, args))
        self._thread.start()

    def _run(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            self._result = function(*args)
        except BaseException as error:  # handed to the test
            self._result = error

    def result(self, patience: float = 20.0) -> Any:
        self._thread.join(patience)
        assert not self._thread.is_alive(), "the call did not end"
        return self._result

    def error(self, patience: float = 20.0) -> m.MoltError:
        result = self.result(patience)
        assert isinstance(result, m.MoltError), f"expected an error, got {result!r}"
        return result


def advice(error: m.MoltError) -> tuple[str, str]:
    """What a caller decides by."""
    return error.executed, error.retry


def tells(error: m.MoltError, *parts: str) -> None:
    """The text that a person sees has its code, these parts, and something to do."""
    text = str(error)
    assert text.startswith(f"MOLT5{error.code}: "), text
    for part in parts:
        assert part in text, f"{part!r} is not in: {text}"
    assert error.hint, f"nothing to do is told: {text}"


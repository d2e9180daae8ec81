"""The Python original of an offloaded function: which parameter is the context of the call, and a call that passes one."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from typing import Any, Callable, Union

from molt import Context

from .scope import current as current_scope


def context_parameter(function: Callable[..., Any]) -> str | None:
    """The name of the parameter that takes the context of the call, by its annotation; the runtime passes it, callers do not."""
    try:
        return _found(function)
    except TypeError:
        # A callable object that has no hash.
        return _found.__wrapped__(function)


@functools.lru_cache(maxsize=1024)
def _found(function: Callable[..., Any]) -> str | None:
    for name, annotation in _annotations(function).items():
        if name != "return" and _is_context(annotation, function):
            return name
    return None


def call_signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature as callers see it: without the context of the call."""
    signature = inspect.signature(function)
    context = context_parameter(function)
    if context is None:
        return signature
    return signature.replace(parameters=[p for p in signature.parameters.values() if p.name != context])


def python_call(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    deadline: float | None = None,
    cpu: float | None = None,
    memory: int | None = None,
) -> Any:
    """Calls the function with a context of these limits (seconds, CPU seconds, bytes; None or 0 for none) if it takes one.

    Arguments are bound without the context, so that it may stand anywhere; a context that the caller passes itself stays. Of an async function the
    result is its coroutine.
    """
    context = context_parameter(function)
    if context is None or context in kwargs:
        return function(*args, **kwargs)
    if any(isinstance(arg, Context) for arg in args):
        return function(*args, **kwargs)
    bound = call_signature(function).bind(*args, **kwargs)
    made = Context.for_call(deadline or None, cpu or None, memory or None, _stop_reason())
    positional: list[Any] = []
    named: dict[str, Any] = {}
    # By name once a parameter was left to its default: what follows cannot be positional any more.
    by_name = False
    for parameter in inspect.signature(function).parameters.values():
        given = parameter.name == context or parameter.name in bound.arguments
        if not given:
            by_name = True
        elif parameter.kind is parameter.KEYWORD_ONLY or (by_name and parameter.kind is not parameter.POSITIONAL_ONLY):
            named[parameter.name] = made if parameter.name == context else bound.arguments[parameter.name]
        else:
            positional.append(made if parameter.name == context else bound.arguments[parameter.name])
    return function(*positional, **named)


def _stop_reason() -> Callable[[], str | None] | None:
    scope = current_scope()
    if scope is None:
        return None

    def reason() -> str | None:
        around = scope
        while around is not None:
            if around.reason:
                return around.reason
            around = around._outer
        return None

    return reason


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except Exception:
        # Some name is only there for type checkers: the texts are enough to find one annotation.
        return dict(getattr(inspect.unwrap(function), "__annotations__", {}))


def _is_context(annotation: Any, function: Callable[..., Any]) -> bool:
    if annotation is Context:
        return True
    if isinstance(annotation, str):
        names = getattr(inspect.unwrap(function), "__globals__", {})
        # Quoted again where annotations are texts anyway.
        bare = annotation.strip("'\"").replace(" ", "").removesuffix("|None").removeprefix("None|")
        if bare.startswith("Optional[") and bare.endswith("]"):
            bare = bare[len("Optional[") : -1]
        found = names
        for part in bare.split("."):
            found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
        return found is Context
    if typing.get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return members == [Context]
    return False

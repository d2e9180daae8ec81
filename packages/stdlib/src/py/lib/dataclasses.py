# molt: intrinsics
# What dataclasses offers at run time. The decorator, `field` and `replace` are the compiler's; it gives each dataclass a method
# `__dataclass_items__` with the pairs of names and values that the functions here read.


class FrozenInstanceError(AttributeError):
    pass


def is_dataclass(obj) -> bool:
    return hasattr(obj, '__dataclass_items__')


def asdict(obj):
    if not hasattr(obj, '__dataclass_items__'):
        raise TypeError('asdict() should be called on dataclass instances')
    out = {}
    for name, value in obj.__dataclass_items__():
        out[name] = plain_copy(value)
    return out


def plain_copy(value):
    if hasattr(value, '__dataclass_items__'):
        return asdict(value)
    if isinstance(value, list):
        return [plain_copy(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_copy(item) for key, item in value.items()}
    return value


def astuple(obj):
    if not hasattr(obj, '__dataclass_items__'):
        raise TypeError('astuple() should be called on dataclass instances')
    return obj.__dataclass_values__()

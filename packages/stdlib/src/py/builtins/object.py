# molt: intrinsics
# The root of all classes: what every object answers. Its repr, hash and equality by identity are the compiler's.

from molt.intrinsics import type_name


class object:
    def __init__(self) -> None:
        pass

    def __format__(self, spec: str) -> str:
        if byte_len(spec) == 0:
            return str(self)
        raise TypeError('unsupported format string passed to ' + type_name(self) + '.__format__')

# molt: intrinsics
# Classes of the values that have no class in the builtins: what `type(x)` gives for them.


class NoneType:
    pass


class NotImplementedType:
    pass


class ellipsis:
    pass


class function:
    pass


class builtin_function_or_method:
    pass


class method:
    pass


class module:
    pass


class type:
    pass

# molt: intrinsics
# The base of all exceptions and those with state or a text of their own. The plain ones are in exception_classes.py.
# `args` keeps the constructor's arguments; `_trace` is a raw buffer with the site ids of the traceback, copied by `caught`.

from molt.intrinsics import elem_buffer, i32, ref, shr_u, store_elem, store_u8, to_val, type_name, val, word


class BaseException:
    args: 'vtuple[val]'
    __cause__: 'BaseException | None'
    __context__: 'BaseException | None'
    __suppress_context__: bool
    _trace: ref
    __notes__: 'list[str] | None'

    def __init__(self, *args) -> None:
        self.args = vals_of(args)

    def __str__(self) -> str:
        n = len(self.args)
        if n == 0:
            return ''
        if n == 1:
            return str(self.args[0])
        return repr(self.args)

    def __repr__(self) -> str:
        if len(self.args) == 1:
            return type_name(self) + '(' + repr(self.args[0]) + ')'
        return type_name(self) + repr(self.args)

    def with_traceback(self, tb):
        return self

    def add_note(self, note: str) -> None:
        notes = self.__notes__
        if notes is None:
            self.__notes__ = [note]
        else:
            notes.append(note)


# The arguments of a varargs call as a tuple of values; unrolled for the usual few.
def vals_of(args) -> 'vtuple[val]':
    n: i32 = i32(len(args))
    data = elem_buffer(val, n)
    if len(args) > 4:
        at: i32 = 8
        for x in args:
            store_elem(val, data, to_val(x), at)
            at += 8
    else:
        if len(args) > 0:
            store_elem(val, data, to_val(args[0]), 8)
        if len(args) > 1:
            store_elem(val, data, to_val(args[1]), 16)
        if len(args) > 2:
            store_elem(val, data, to_val(args[2]), 24)
        if len(args) > 3:
            store_elem(val, data, to_val(args[3]), 32)
    return vtuple[val](data, n)


class Exception(BaseException):
    pass


class KeyError(LookupError):
    # A missing key is shown by its repr, so that '' and ' ' can be told from nothing.
    def __str__(self) -> str:
        if len(self.args) == 1:
            return repr(self.args[0])
        return BaseException.__str__(self)


class StopIteration(Exception):
    value: val

    def __init__(self, *args) -> None:
        self.args = vals_of(args)
        self.value = to_val(None)
        if len(args) > 0:
            self.value = to_val(args[0])


class SystemExit(BaseException):
    code: val

    def __init__(self, *args) -> None:
        self.args = vals_of(args)
        self.code = to_val(None)
        if len(args) == 1:
            self.code = to_val(args[0])
        elif len(args) > 1:
            self.code = to_val(self.args)


class OSError(Exception):
    errno: val
    strerror: val
    filename: val

    # The subclass that stands for an error number.
    @staticmethod
    def _make(*args) -> 'OSError':
        if 2 <= len(args) <= 5:
            code = args[0]
            if isinstance(code, int):
                if code == 2:
                    return FileNotFoundError(*args)
                if code == 1 or code == 13:
                    return PermissionError(*args)
                if code == 3:
                    return ProcessLookupError(*args)
                if code == 4:
                    return InterruptedError(*args)
                if code == 10:
                    return ChildProcessError(*args)
                if code == 11 or code == 114 or code == 115:
                    return BlockingIOError(*args)
                if code == 17:
                    return FileExistsError(*args)
                if code == 20:
                    return NotADirectoryError(*args)
                if code == 21:
                    return IsADirectoryError(*args)
                if code == 32 or code == 108:
                    return BrokenPipeError(*args)
                if code == 103:
                    return ConnectionAbortedError(*args)
                if code == 104:
                    return ConnectionResetError(*args)
                if code == 110:
                    return TimeoutError(*args)
                if code == 111:
                    return ConnectionRefusedError(*args)
        return OSError(*args)

    def __init__(self, *args) -> None:
        self.args = vals_of(args)
        self.errno = to_val(None)
        self.strerror = to_val(None)
        self.filename = to_val(None)
        if 2 <= len(args) <= 5:
            self.errno = to_val(args[0])
            self.strerror = to_val(args[1])
            if len(args) > 2:
                self.filename = to_val(args[2])
                self.args = vals_of((args[0], args[1]))

    def __str__(self) -> str:
        if len(self.args) == 2:
            text = '[Errno ' + str(self.errno) + '] ' + str(self.strerror)
            if self.filename is not None:
                text += ': ' + repr(self.filename)
            return text
        return BaseException.__str__(self)


class ImportError(Exception):
    msg: val
    name: val
    path: val

    def __init__(self, *args, name=None, path=None) -> None:
        self.args = vals_of(args)
        self.msg = to_val(args[0]) if len(args) == 1 else to_val(None)
        self.name = to_val(name)
        self.path = to_val(path)


class ModuleNotFoundError(ImportError):
    pass


class UnicodeError(ValueError):
    pass


class UnicodeEncodeError(UnicodeError):
    encoding: str
    object: str
    start: int
    end: int
    reason: str

    def __init__(self, encoding: str, object: str, start: int, end: int, reason: str) -> None:
        self.args = vals_of((encoding, object, start, end, reason))
        self.encoding = encoding
        self.object = object
        self.start = start
        self.end = end
        self.reason = reason

    def __str__(self) -> str:
        if self.end == self.start + 1:
            c = ord(self.object[self.start])
            if c <= 255:
                shown = '\\x' + hex_digits(c, 2)
            elif c <= 65535:
                shown = '\\u' + hex_digits(c, 4)
            else:
                shown = '\\U' + hex_digits(c, 8)
            return "'" + self.encoding + "' codec can't encode character '" + shown + "' in position " + str(self.start) + ': ' + self.reason
        return (
            "'" + self.encoding + "' codec can't encode characters in position " + str(self.start) + '-' + str(self.end - 1) + ': ' + self.reason
        )


class UnicodeDecodeError(UnicodeError):
    encoding: str
    object: bytes
    start: int
    end: int
    reason: str

    def __init__(self, encoding: str, object: bytes, start: int, end: int, reason: str) -> None:
        self.args = vals_of((encoding, object, start, end, reason))
        self.encoding = encoding
        self.object = object
        self.start = start
        self.end = end
        self.reason = reason

    def __str__(self) -> str:
        if self.end == self.start + 1:
            b = '0x' + hex_digits(self.object[self.start], 2)
            return "'" + self.encoding + "' codec can't decode byte " + b + ' in position ' + str(self.start) + ': ' + self.reason
        return "'" + self.encoding + "' codec can't decode bytes in position " + str(self.start) + '-' + str(self.end - 1) + ': ' + self.reason


# A number in lower-case hexadecimal, padded with zeros to a width.
def hex_digits(n: int, width: i32) -> str:
    r = new_text(width, width)
    w: i32 = i32(word(n))
    at: i32 = width
    while at:
        at -= 1
        d = w & 15
        store_u8(r, d + 48 if d < 10 else d + 87, 16 + at)
        w = shr_u(w, 4)
    return r


# Frozen state of a service was about to be changed by a call.
class FrozenStateError(RuntimeError):
    pass

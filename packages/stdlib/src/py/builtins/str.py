# molt: intrinsics
# The class str: operators and the table of methods. The work is done by functions in the str_*.py files by topic;
# a string is UTF-8 with its code point count (see runtime/text.py), and equal counts make it ASCII.

from typing import overload
from molt.intrinsics import addr, i32, i64, load_i32, load_u8, memory_copy, shr_u, store_u8, type_name


class str:
    @overload
    @staticmethod
    def _make() -> 'str':
        return ''

    @overload
    @staticmethod
    def _make(data: bytes, encoding: 'str', errors: 'str' = 'strict') -> 'str':
        return data.decode(encoding, errors)

    def __len__(self) -> int:
        return int(point_len(self))

    def __bool__(self) -> bool:
        return byte_len(self) != 0

    def __str__(self) -> 'str':
        return self

    def __repr__(self) -> 'str':
        return text_repr(self)

    def __format__(self, spec: 'str') -> 'str':
        if byte_len(spec) == 0:
            return self
        return format_text(self, spec)

    def __hash__(self) -> i64:
        h = load_i32(self, 4)
        if h == 0:
            h = text_hash(self)
        return i64(h)

    def __eq__(self, other: 'str') -> bool:
        return self is other or equal_text(self, other)

    def __ne__(self, other: 'str') -> bool:
        return not (self is other or equal_text(self, other))

    def __lt__(self, other: 'str') -> bool:
        return compare_text(self, other) < 0

    def __le__(self, other: 'str') -> bool:
        return compare_text(self, other) <= 0

    def __gt__(self, other: 'str') -> bool:
        return compare_text(self, other) > 0

    def __ge__(self, other: 'str') -> bool:
        return compare_text(self, other) >= 0

    def __add__(self, other: 'str') -> 'str':
        n = byte_len(self)
        m = byte_len(other)
        if n == 0:
            return other
        if m == 0:
            return self
        r = new_text_checked(i64(n) + i64(m), i64(point_len(self)) + i64(point_len(other)))
        memory_copy(addr(r) + 16, addr(self) + 16, n)
        memory_copy(addr(r) + 16 + n, addr(other) + 16, m)
        return r

    def __mul__(self, times: int) -> 'str':
        return repeat_text(self, times)

    def __rmul__(self, times: int) -> 'str':
        return repeat_text(self, times)

    def __mod__(self, args) -> 'str':
        return percent_format(self, args)

    @overload
    def __contains__(self, needle: 'str') -> bool:
        return find_bytes(self, needle, 0, byte_len(self)) >= 0

    @overload
    def __contains__(self, needle) -> bool:
        raise TypeError("'in <string>' requires string as left operand, not " + type_name(needle))

    def __getitem__(self, i: int) -> 'str':
        k = checked_index(i, point_len(self))
        if k < 0:
            raise_index_error(3, i)
        if is_ascii_text(self):
            r = new_text(1, 1)
            store_u8(r, load_u8(self, 16 + k), 16)
            return r
        return char_text(point_at(self, byte_offset(self, k)))

    def __getslice__(self, start, stop, step) -> 'str':
        n = point_len(self)
        if step is None:
            low = slice_low(start, n)
            high = slice_high(stop, n)
            if high <= low:
                return ''
            return text_range(self, byte_offset(self, low), byte_offset(self, high))
        by = slice_step(step)
        low = stepped_start(start, n, by)
        return stepped_text(self, low, by, stepped_count(low, stepped_stop(stop, n, by), by))

    def __iter__(self) -> 'str_iterator':
        return str_iterator(self)

    # search

    def find(self, sub: 'str', start=None, end=None) -> int:
        return find_in(self, sub, search_low(start, point_len(self)), search_high(end, point_len(self)))

    def rfind(self, sub: 'str', start=None, end=None) -> int:
        return rfind_in(self, sub, search_low(start, point_len(self)), search_high(end, point_len(self)))

    def index(self, sub: 'str', start=None, end=None) -> int:
        at = find_in(self, sub, search_low(start, point_len(self)), search_high(end, point_len(self)))
        if at < 0:
            raise_value_error('substring not found')
        return at

    def rindex(self, sub: 'str', start=None, end=None) -> int:
        at = rfind_in(self, sub, search_low(start, point_len(self)), search_high(end, point_len(self)))
        if at < 0:
            raise_value_error('substring not found')
        return at

    def count(self, sub: 'str', start=None, end=None) -> int:
        return count_in(self, sub, search_low(start, point_len(self)), search_high(end, point_len(self)))

    def startswith(self, prefix, start=None, end=None) -> bool:
        return starts_with(self, prefix, search_low(start, point_len(self)), search_high(end, point_len(self)))

    def endswith(self, suffix, start=None, end=None) -> bool:
        return ends_with(self, suffix, search_low(start, point_len(self)), search_high(end, point_len(self)))

    def removeprefix(self, prefix: 'str') -> 'str':
        if has_bytes_at(self, prefix, 0):
            return text_range(self, byte_len(prefix), byte_len(self))
        return self

    def removesuffix(self, suffix: 'str') -> 'str':
        if byte_len(suffix) and has_bytes_at(self, suffix, byte_len(self) - byte_len(suffix)):
            return text_range(self, 0, byte_len(self) - byte_len(suffix))
        return self

    def replace(self, old: 'str', new: 'str', count: int = -1) -> 'str':
        return replace_text(self, old, new, count)

    # splitting and joining

    def split(self, sep: 'str | None' = None, maxsplit: int = -1) -> 'list[str]':
        if sep is None:
            return split_spaces(self, maxsplit)
        return split_on(self, sep, maxsplit)

    def rsplit(self, sep: 'str | None' = None, maxsplit: int = -1) -> 'list[str]':
        if sep is None:
            return rsplit_spaces(self, maxsplit)
        return rsplit_on(self, sep, maxsplit)

    def splitlines(self, keepends: bool = False) -> 'list[str]':
        return split_lines(self, keepends)

    def partition(self, sep: 'str') -> 'tuple[str, str, str]':
        if byte_len(sep) == 0:
            raise_value_error('empty separator')
        at = find_bytes(self, sep, 0, byte_len(self))
        if at < 0:
            return self, '', ''
        return text_range(self, 0, at), sep, text_range(self, at + byte_len(sep), byte_len(self))

    def rpartition(self, sep: 'str') -> 'tuple[str, str, str]':
        if byte_len(sep) == 0:
            raise_value_error('empty separator')
        at = rfind_bytes(self, sep, 0, byte_len(self))
        if at < 0:
            return '', '', self
        return text_range(self, 0, at), sep, text_range(self, at + byte_len(sep), byte_len(self))

    def join(self, items) -> 'str':
        if isinstance(items, list):
            return join_list(self, items)
        return join_list(self, list(items))

    # padding and stripping

    def strip(self, chars: 'str | None' = None) -> 'str':
        return strip_text(self, chars, 3)

    def lstrip(self, chars: 'str | None' = None) -> 'str':
        return strip_text(self, chars, 1)

    def rstrip(self, chars: 'str | None' = None) -> 'str':
        return strip_text(self, chars, 2)

    def ljust(self, width: int, fillchar: 'str' = ' ') -> 'str':
        return pad_text(self, 0, pad_width(self, width), pad_point(fillchar))

    def rjust(self, width: int, fillchar: 'str' = ' ') -> 'str':
        return pad_text(self, pad_width(self, width), 0, pad_point(fillchar))

    def center(self, width: int, fillchar: 'str' = ' ') -> 'str':
        pad = pad_width(self, width)
        # CPython puts the odd blank left when the width is odd.
        left = shr_u(pad, 1) + (pad & (pad + point_len(self)) & 1)
        return pad_text(self, left, pad - left, pad_point(fillchar))

    def zfill(self, width: int) -> 'str':
        return zero_fill(self, pad_width(self, width))

    def expandtabs(self, tabsize: int = 8) -> 'str':
        return expand_tabs(self, tabsize)

    # case and classes

    def lower(self) -> 'str':
        return lower_text(self)

    def upper(self) -> 'str':
        return upper_text(self)

    def casefold(self) -> 'str':
        return casefold_text(self)

    def swapcase(self) -> 'str':
        return swapcase_text(self)

    def capitalize(self) -> 'str':
        return capitalize_text(self)

    def title(self) -> 'str':
        return title_text(self)

    def isascii(self) -> bool:
        return is_ascii_text(self)

    def isalpha(self) -> bool:
        return every_point(self, CLASS_ALPHA)

    def isalnum(self) -> bool:
        return every_point(self, CLASS_ALNUM)

    def isdecimal(self) -> bool:
        return every_point(self, CLASS_DECIMAL)

    def isdigit(self) -> bool:
        return every_point(self, CLASS_DIGIT)

    def isnumeric(self) -> bool:
        return every_point(self, CLASS_NUMERIC)

    def isspace(self) -> bool:
        return every_point(self, CLASS_SPACE)

    def isprintable(self) -> bool:
        return byte_len(self) == 0 or every_point(self, CLASS_PRINTABLE)

    def isidentifier(self) -> bool:
        return is_identifier(self)

    def islower(self) -> bool:
        return is_lower_text(self)

    def isupper(self) -> bool:
        return is_upper_text(self)

    def istitle(self) -> bool:
        return is_title_text(self)

    # conversion

    def encode(self, encoding: 'str' = 'utf-8', errors: 'str' = 'strict') -> bytes:
        return encode_text(self, encoding, errors)

    def format(self, *args, **kwargs) -> 'str':
        return format_template(self, vals_of(args), kwargs)

    def format_map(self, mapping) -> 'str':
        return format_template(self, vals_of(()), mapping)

    def translate(self, table) -> 'str':
        return translate_text(self, table)

    @staticmethod
    def maketrans(x, y=None, z=None) -> 'dict[int, val]':
        return make_translation(x, y, z)


class str_iterator:
    _text: str
    _at: i32
    _value: str

    def __init__(self, text: str) -> None:
        self._text = text

    def _advance(self) -> bool:
        at = self._at
        text = self._text
        if at >= byte_len(text):
            return False
        b = load_u8(text, 16 + at)
        if b < 128:
            r = new_text(1, 1)
            store_u8(r, b, 16)
            self._value = r
            self._at = at + 1
            return True
        self._value = char_text(point_at(text, at))
        self._at = at + sequence_len(b)
        return True

    def __iter__(self) -> 'str_iterator':
        return self

    def __next__(self) -> str:
        if not self._advance():
            raise_stop_iteration()
        return self._value

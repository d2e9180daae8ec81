# molt: intrinsics
# json: dumps by the static types of what it is given, loads to universal values. Texts of errors and layouts are CPython's.
# The reader works on the bytes of the string; positions in errors are code points.

from molt.intrinsics import f64_from_bits, i32, i64, inline, int_word, load_u8, to_val, type_name, val, word


class JSONDecodeError(ValueError):
    msg: str
    doc: str
    pos: int
    lineno: int
    colno: int

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        self.msg = msg
        self.doc = doc
        self.pos = pos
        before = text_range(doc, 0, byte_offset(doc, i32(word(pos))))
        self.lineno = before.count('\n') + 1
        self.colno = pos - before.rfind('\n')
        text = msg + ': line ' + str(self.lineno) + ' column ' + str(self.colno) + ' (char ' + str(pos) + ')'
        self.args = vals_of((text,))


class JsonWriter:
    _out: TextBuilder
    _item_sep: str
    _key_sep: str
    _indent: 'str | None'
    _ascii: bool
    _nan: bool
    _sort: bool
    _skip: bool

    def __init__(self, item_sep: str, key_sep: str, indent: 'str | None') -> None:
        self._out = TextBuilder()
        self._item_sep = item_sep
        self._key_sep = key_sep
        self._indent = indent

    # Line break and indentation, when there is any.
    def _newline(self, level: i32) -> None:
        indent = self._indent
        if indent is not None:
            self._out.byte(10)
            while level > 0:
                self._out.text(indent)
                level -= 1


def dumps(
    obj, *, skipkeys: bool = False, ensure_ascii: bool = True, check_circular: bool = True, allow_nan: bool = True, cls=None, indent=None,
    separators=None, default=None, sort_keys: bool = False,
) -> str:
    item_sep = ', ' if indent is None else ','
    key_sep = ': '
    if separators is not None:
        item_sep = separators[0]
        key_sep = separators[1]
    w = JsonWriter(item_sep, key_sep, indent_text(indent))
    w._ascii = ensure_ascii
    w._nan = allow_nan
    w._sort = sort_keys
    w._skip = skipkeys
    write_value(w, obj, 0, default)
    return w._out.take()


def dump(
    obj, fp, *, skipkeys: bool = False, ensure_ascii: bool = True, check_circular: bool = True, allow_nan: bool = True, cls=None, indent=None,
    separators=None, default=None, sort_keys: bool = False,
) -> None:
    fp.write(
        dumps(
            obj, skipkeys=skipkeys, ensure_ascii=ensure_ascii, allow_nan=allow_nan, indent=indent, separators=separators, default=default,
            sort_keys=sort_keys,
        )
    )


def indent_text(indent) -> 'str | None':
    if indent is None:
        return None
    if isinstance(indent, str):
        return indent
    return ' ' * indent


def write_value(w: JsonWriter, x, level: i32, default) -> None:
    if isinstance(x, str):
        write_string(w._out, x, w._ascii)
    elif x is None:
        w._out.text('null')
    elif isinstance(x, bool):
        w._out.text('true' if x else 'false')
    elif isinstance(x, int):
        w._out.text(int_text(x))
    elif isinstance(x, float):
        w._out.text(float_json(x, w._nan))
    elif isinstance(x, (list, tuple)):
        write_array(w, x, level, default)
    elif isinstance(x, dict):
        write_object(w, x, level, default)
    elif default is not None:
        write_value(w, default(x), level, default)
    else:
        raise TypeError('Object of type ' + type_name(x) + ' is not JSON serializable')


def float_json(x: float, allow_nan: bool) -> str:
    if x - x == 0.0:
        return float_repr(x)
    if not allow_nan:
        raise ValueError('Out of range float values are not JSON compliant')
    if x != x:
        return 'NaN'
    return 'Infinity' if x > 0.0 else '-Infinity'


def write_array(w: JsonWriter, xs, level: i32, default) -> None:
    if len(xs) == 0:
        w._out.text('[]')
        return
    if isinstance(xs, list) and repr_enter(xs):
        raise ValueError('Circular reference detected')
    w._out.byte(91)
    first = True
    for x in xs:
        if not first:
            w._out.text(w._item_sep)
        first = False
        w._newline(level + 1)
        write_value(w, x, level + 1, default)
    w._newline(level)
    w._out.byte(93)
    if isinstance(xs, list):
        repr_leave()


def write_object(w: JsonWriter, d, level: i32, default) -> None:
    if len(d) == 0:
        w._out.text('{}')
        return
    if repr_enter(d):
        raise ValueError('Circular reference detected')
    w._out.byte(123)
    first = True
    if w._sort:
        for key in sorted(d):
            first = write_member(w, key, d[key], level, default, first)
    else:
        for key, value in d.items():
            first = write_member(w, key, value, level, default, first)
    w._newline(level)
    w._out.byte(125)
    repr_leave()


# False once something is written.
def write_member(w: JsonWriter, key, value, level: i32, default, first: bool) -> bool:
    if isinstance(key, str):
        name = key
    elif key is None:
        name = 'null'
    elif isinstance(key, bool):
        name = 'true' if key else 'false'
    elif isinstance(key, int):
        name = int_text(key)
    elif isinstance(key, float):
        name = float_json(key, w._nan)
    else:
        if w._skip:
            return first
        raise TypeError('keys must be str, int, float, bool or None, not ' + type_name(key))
    if not first:
        w._out.text(w._item_sep)
    w._newline(level + 1)
    write_string(w._out, name, w._ascii)
    w._out.text(w._key_sep)
    write_value(w, value, level + 1, default)
    return False


def write_string(out: TextBuilder, s: str, ascii_only: bool) -> None:
    out.byte(34)
    n = byte_len(s)
    start: i32 = 0
    at: i32 = 0
    while at < n:
        c = load_u8(s, 16 + at)
        if c >= 32 and c != 34 and c != 92 and (c < 127 or not ascii_only):
            at += 1
            continue
        out.part(s, start, at)
        if c >= 127:
            p = point_at(s, at)
            at += point_size(p)
            if p >= 65536:
                write_escape(out, 55232 + (p >> 10))
                p = 56320 | p & 1023
            write_escape(out, p)
        else:
            at += 1
            if c == 34 or c == 92:
                out.byte(92)
                out.byte(c)
            elif c == 10:
                out.text('\\n')
            elif c == 13:
                out.text('\\r')
            elif c == 9:
                out.text('\\t')
            elif c == 8:
                out.text('\\b')
            elif c == 12:
                out.text('\\f')
            else:
                write_escape(out, c)
        start = at
    out.part(s, start, n)
    out.byte(34)


def write_escape(out: TextBuilder, c: i32) -> None:
    out.text('\\u')
    put_hex(out, c, 4)


def loads(s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None) -> val:
    if isinstance(s, bytes):
        return parse_document(s.decode('utf-8'), object_hook)
    if isinstance(s, str):
        return parse_document(s, object_hook)
    raise TypeError('the JSON object must be str, bytes or bytearray, not ' + type_name(s))


def load(fp, *, cls=None, object_hook=None) -> val:
    return loads(fp.read(), object_hook=object_hook)


def parse_document(text: str, hook) -> val:
    r = JsonReader(text)
    if byte_len(text) >= 3 and point_at(text, 0) == 65279:
        r._fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0)
    r._blanks()
    value = read_value(r, hook)
    r._blanks()
    if r._at != byte_len(text):
        r._fail('Extra data', r._at)
    return value


class JsonReader:
    _text: str
    _at: i32

    def __init__(self, text: str) -> None:
        self._text = text

    def _fail(self, message: str, at: i32) -> None:
        raise JSONDecodeError(message, self._text, int(point_index(self._text, at)))

    # The byte at the position; 0 at the end.
    @inline
    def _peek(self) -> i32:
        return load_u8(self._text, 16 + self._at) if self._at < byte_len(self._text) else 0

    def _blanks(self) -> None:
        s = self._text
        n = byte_len(s)
        at = self._at
        while at < n:
            b = load_u8(s, 16 + at)
            if b != 32 and b != 10 and b != 13 and b != 9:
                break
            at += 1
        self._at = at

    # Whether a word comes next; steps over it.
    def _word(self, text: str) -> bool:
        if has_bytes_at(self._text, text, self._at):
            self._at += byte_len(text)
            return True
        return False

    # A string whose opening quote is behind the position.
    def _string(self) -> str:
        s = self._text
        n = byte_len(s)
        start = self._at
        at = start
        while at < n:
            b = load_u8(s, 16 + at)
            if b == 34:
                self._at = at + 1
                return text_range(s, start, at)
            if b == 92:
                return self._escaped(start, at)
            if b < 32:
                self._fail('Invalid control character at', at)
            at += 1
        self._fail('Unterminated string starting at', start - 1)
        return ''

    # The rest of a string that has escapes.
    def _escaped(self, start: i32, at: i32) -> str:
        s = self._text
        n = byte_len(s)
        out = TextBuilder()
        out.part(s, start, at)
        while True:
            if at >= n:
                self._fail('Unterminated string starting at', start - 1)
            b = load_u8(s, 16 + at)
            if b == 34:
                self._at = at + 1
                return out.take()
            if b < 32:
                self._fail('Invalid control character at', at)
            if b != 92:
                from_here = at
                while at < n and load_u8(s, 16 + at) != 34 and load_u8(s, 16 + at) != 92 and load_u8(s, 16 + at) >= 32:
                    at += 1
                out.part(s, from_here, at)
                continue
            if at + 1 >= n:
                self._fail('Unterminated string starting at', start - 1)
            e = load_u8(s, 17 + at)
            at += 2
            if e == 34 or e == 92 or e == 47:
                out.byte(e)
            elif e == 110:
                out.byte(10)
            elif e == 116:
                out.byte(9)
            elif e == 114:
                out.byte(13)
            elif e == 98:
                out.byte(8)
            elif e == 102:
                out.byte(12)
            elif e == 117:
                c = self._hex4(at)
                at += 4
                if c >= 55296 and c < 56320 and at + 6 <= n and load_u8(s, 16 + at) == 92 and load_u8(s, 17 + at) == 117:
                    d = self._hex4(at + 2)
                    if d >= 56320 and d < 57344:
                        c = 65536 + ((c - 55296) << 10) + (d - 56320)
                        at += 6
                out.point(c)
            else:
                self._fail('Invalid \\escape', at - 2)

    def _hex4(self, at: i32) -> i32:
        s = self._text
        value: i32 = 0
        k: i32 = 0
        while k < 4:
            d: i32 = 99
            if at + k < byte_len(s):
                d = digit_value(load_u8(s, 16 + at + k))
            if d > 15:
                self._fail('Invalid \\uXXXX escape', at - 1)
            value = value << 4 | d
            k += 1
        return value

    # An int or float; what does not start one fails as 'Expecting value'.
    def _number(self) -> val:
        s = self._text
        n = byte_len(s)
        start = self._at
        at = start
        if at < n and load_u8(s, 16 + at) == 45:
            at += 1
        first = at
        while at < n and is_ascii_digit(load_u8(s, 16 + at)):
            at += 1
            if load_u8(s, 16 + first) == 48:
                break
        if at == first:
            self._fail('Expecting value', start)
        whole = at
        if at + 1 < n and load_u8(s, 16 + at) == 46 and is_ascii_digit(load_u8(s, 17 + at)):
            at += 2
            while at < n and is_ascii_digit(load_u8(s, 16 + at)):
                at += 1
        if at + 1 < n and load_u8(s, 16 + at) | 32 == 101:
            k = at + 1
            if load_u8(s, 16 + k) == 43 or load_u8(s, 16 + k) == 45:
                k += 1
            if k < n and is_ascii_digit(load_u8(s, 16 + k)):
                at = k
                while at < n and is_ascii_digit(load_u8(s, 16 + at)):
                    at += 1
        self._at = at
        if at != whole:
            x = scan_decimal(s, first, at)
            return to_val(-x if first != start else x)
        if at - first <= 18:
            w: i64 = 0
            while first < at:
                w = w * 10 + i64(load_u8(s, 16 + first) - 48)
                first += 1
            return to_val(int_word(-w if load_u8(s, 16 + start) == 45 else w))
        return to_val(parse_int(text_range(s, start, at), 10))


def read_value(r: JsonReader, hook) -> val:
    b = r._peek()
    if b == 34:
        r._at += 1
        return to_val(r._string())
    if b == 123:
        r._at += 1
        return read_object(r, hook)
    if b == 91:
        r._at += 1
        return to_val(read_array(r, hook))
    if b == 110 and r._word('null'):
        return to_val(None)
    if b == 116 and r._word('true'):
        return to_val(True)
    if b == 102 and r._word('false'):
        return to_val(False)
    if b == 78 and r._word('NaN'):
        return to_val(f64_from_bits(9221120237041090560))
    if b == 73 and r._word('Infinity'):
        return to_val(f64_from_bits(9218868437227405312))
    if b == 45 and r._word('-Infinity'):
        return to_val(-f64_from_bits(9218868437227405312))
    return r._number()


def read_object(r: JsonReader, hook) -> val:
    d: dict[str, val] = {}
    r._blanks()
    if r._peek() == 125:
        r._at += 1
    else:
        while True:
            if r._peek() != 34:
                r._fail('Expecting property name enclosed in double quotes', r._at)
            r._at += 1
            key = r._string()
            r._blanks()
            if r._peek() != 58:
                r._fail("Expecting ':' delimiter", r._at)
            r._at += 1
            r._blanks()
            d[key] = read_value(r, hook)
            r._blanks()
            b = r._peek()
            if b == 125:
                r._at += 1
                break
            if b != 44:
                r._fail("Expecting ',' delimiter", r._at)
            r._at += 1
            r._blanks()
    if hook is not None:
        return to_val(hook(d))
    return to_val(d)


def read_array(r: JsonReader, hook) -> 'list[val]':
    xs: list[val] = []
    r._blanks()
    if r._peek() == 93:
        r._at += 1
        return xs
    while True:
        xs.append(read_value(r, hook))
        r._blanks()
        b = r._peek()
        if b == 93:
            r._at += 1
            return xs
        if b != 44:
            r._fail("Expecting ',' delimiter", r._at)
        r._at += 1
        r._blanks()

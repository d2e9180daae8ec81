# molt: intrinsics
# str.format at run time: '{}', '{0}', '{name}', '{x!r:>{width}}'. Templates that are literals are taken apart by the compiler.

from molt.intrinsics import i32, load_u8, to_val, val


def format(value, spec: str = '') -> str:
    return value.__format__(spec)


class TemplateFormatter:
    _template: str
    _at: i32
    _auto: int
    _args: 'vtuple[val]'

    def __init__(self, template: str, args: 'vtuple[val]') -> None:
        self._template = template
        self._args = args

    # Copies literal text to `out` up to the next field; False at the end. The position is then behind the brace.
    def _literal(self, out: TextBuilder, nested: bool) -> bool:
        s = self._template
        n = byte_len(s)
        start = self._at
        at = start
        while at < n:
            b = load_u8(s, 16 + at)
            if b == 123:
                out.part(s, start, at)
                if at + 1 == n:
                    raise_value_error("Single '{' encountered in format string")
                if load_u8(s, 17 + at) != 123 or nested:
                    self._at = at + 1
                    return True
                out.byte(123)
                at += 2
                start = at
            elif b == 125:
                out.part(s, start, at)
                if nested:
                    self._at = at
                    return False
                if at + 1 == n or load_u8(s, 17 + at) != 125:
                    raise_value_error("Single '}' encountered in format string")
                out.byte(125)
                at += 2
                start = at
            else:
                at += 1
        out.part(s, start, n)
        self._at = n
        return False

    # The name part of a field; stops at ! : or }.
    def _name(self) -> str:
        s = self._template
        start = self._at
        at = start
        while True:
            if at >= byte_len(s):
                raise_value_error("expected '}' before end of string")
            b = load_u8(s, 16 + at)
            if b == 33 or b == 58 or b == 125:
                break
            if b == 123:
                raise_value_error("unexpected '{' in field name")
            at += 1
        self._at = at
        return text_range(s, start, at)

    # The value a name stands for; names are looked up by the caller's mapping.
    def _value_of(self, name: str, names) -> val:
        if byte_len(name) == 0:
            if self._auto < 0:
                raise_value_error('cannot switch from manual field specification to automatic field numbering')
            k = self._auto
            self._auto += 1
            return self._argument(k)
        first = load_u8(name, 16)
        if first >= 48 and first <= 57:
            if self._auto > 0:
                raise_value_error('cannot switch from automatic field numbering to manual field specification')
            self._auto = -1
            return self._argument(parse_int(name, 10))
        return to_val(names[name])

    def _argument(self, k: int) -> val:
        if k >= len(self._args):
            raise IndexError('Replacement index ' + str(k) + ' out of range for positional args tuple')
        return self._args[k]

    def _field(self, names) -> str:
        name = self._name()
        value = self._value_of(name, names)
        s = self._template
        if load_u8(s, 16 + self._at) == 33:
            conversion = load_u8(s, 17 + self._at)
            self._at += 2
            if self._at >= byte_len(s) or load_u8(s, 16 + self._at) != 58 and load_u8(s, 16 + self._at) != 125:
                raise_value_error("expected ':' after conversion specifier")
            if conversion == 114:
                value = to_val(repr(value))
            elif conversion == 115:
                value = to_val(str(value))
            elif conversion == 97:
                value = to_val(ascii(value))
            else:
                raise_value_error('Unknown conversion specifier ' + char_text(conversion))
        spec = ''
        if load_u8(s, 16 + self._at) == 58:
            self._at += 1
            out = TextBuilder()
            while self._literal(out, True):
                inner = self._value_of(self._name(), names)
                self._at += 1
                out.text(str(inner))
            spec = out.take()
        if self._at >= byte_len(s):
            raise_value_error("expected '}' before end of string")
        self._at += 1
        return value.__format__(spec)


def format_template(template: str, args: 'vtuple[val]', names) -> str:
    f = TemplateFormatter(template, args)
    out = TextBuilder()
    while f._literal(out, False):
        out.text(f._field(names))
    return out.take()

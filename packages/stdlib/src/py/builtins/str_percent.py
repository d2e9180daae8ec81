# molt: intrinsics
# printf-style formatting: '%s %5.2f %(name)s' % args. The arguments are a tuple, a dict or one value.

from molt.intrinsics import i32, int_neg, load_u8, to_val, type_name, val, word


class PercentSpec:
    minus: bool
    plus: bool
    blank: bool
    alternate: bool
    zero: bool
    width: i32
    precision: i32


def percent_format(template: str, args) -> str:
    out = TextBuilder()
    n = byte_len(template)
    at: i32 = 0
    used: i32 = 0
    if isinstance(args, tuple):
        values = vals_of(args)
    else:
        values = vals_of((args,))
    keyed = False
    while at < n:
        start = at
        while at < n and load_u8(template, 16 + at) != 37:
            at += 1
        out.part(template, start, at)
        if at == n:
            break
        at += 1
        f = PercentSpec()
        f.precision = -1
        value = to_val(None)
        have = False
        if at < n and load_u8(template, 16 + at) == 40:
            depth: i32 = 1
            at += 1
            start = at
            while at < n and depth:
                b = load_u8(template, 16 + at)
                if b == 40:
                    depth += 1
                elif b == 41:
                    depth -= 1
                at += 1
            if depth:
                raise_value_error('incomplete format key')
            if isinstance(args, dict):
                value = to_val(args[text_range(template, start, at - 1)])
                have = True
                keyed = True
            else:
                raise_type_error('format requires a mapping')
        while at < n:
            b = load_u8(template, 16 + at)
            if b == 45:
                f.minus = True
            elif b == 43:
                f.plus = True
            elif b == 32:
                f.blank = True
            elif b == 35:
                f.alternate = True
            elif b == 48:
                f.zero = True
            else:
                break
            at += 1
        if at < n and load_u8(template, 16 + at) == 42:
            f.width = star_value(values, used)
            used += 1
            at += 1
            if f.width < 0:
                f.minus = True
                f.width = -f.width
        while at < n and load_u8(template, 16 + at) >= 48 and load_u8(template, 16 + at) <= 57:
            f.width = f.width * 10 + load_u8(template, 16 + at) - 48
            at += 1
        if at < n and load_u8(template, 16 + at) == 46:
            at += 1
            f.precision = 0
            if at < n and load_u8(template, 16 + at) == 42:
                f.precision = star_value(values, used)
                used += 1
                at += 1
            while at < n and load_u8(template, 16 + at) >= 48 and load_u8(template, 16 + at) <= 57:
                f.precision = f.precision * 10 + load_u8(template, 16 + at) - 48
                at += 1
        while at < n and (load_u8(template, 16 + at) == 108 or load_u8(template, 16 + at) == 104 or load_u8(template, 16 + at) == 76):
            at += 1
        if at >= n:
            raise_value_error('incomplete format')
        kind = point_at(template, at)
        if kind == 37:
            out.byte(37)
            at += 1
            continue
        if not have:
            if int(used) >= len(values):
                raise_type_error('not enough arguments for format string')
            value = values[int(used)]
            used += 1
        if not is_percent_kind(kind):
            raise ValueError(
                "unsupported format character '" + char_text(kind) + "' (0x" + short_hex(kind) + ') at index ' + str(int(point_index(template, at)))
            )
        out.text(percent_field(f, kind, value))
        at += point_size(kind)
    if not keyed and int(used) < len(values) and not isinstance(args, dict):
        raise_type_error('not all arguments converted during string formatting')
    return out.take()


def is_percent_kind(c: i32) -> bool:
    return (
        c == 115 or c == 114 or c == 97 or c == 100 or c == 105 or c == 117 or c == 120 or c == 88 or c == 111 or c == 99
        or c >= 101 and c <= 103 or c >= 69 and c <= 71
    )


def short_hex(c: i32) -> str:
    return binary_text(int(c), 4, '', False)


def star_value(values: 'vtuple[val]', k: i32) -> i32:
    if int(k) >= len(values):
        raise_type_error('not enough arguments for format string')
    x = values[int(k)]
    if isinstance(x, int):
        return i32(word(x))
    raise TypeError('* wants int')


def percent_field(f: PercentSpec, kind: i32, value: val) -> str:
    if kind == 115 or kind == 114 or kind == 97:
        if kind == 115:
            s = str(value)
        elif kind == 114:
            s = repr(value)
        else:
            s = ascii(value)
        if f.precision >= 0 and f.precision < point_len(s):
            s = text_range(s, 0, byte_offset(s, f.precision))
        return align_text(s, f.width, 60 if f.minus else 62, 32)
    if kind == 99:
        if isinstance(value, str):
            if point_len(value) != 1:
                raise_type_error('%c requires int or char')
            return align_text(value, f.width, 60 if f.minus else 62, 32)
        if isinstance(value, int):
            return align_text(chr(value), f.width, 60 if f.minus else 62, 32)
        raise TypeError('%c requires int or char')
    spec = FormatSpec()
    spec.fill = 48 if f.zero and not f.minus else 32
    spec.align = 60 if f.minus else 61 if f.zero else 62
    spec.sign = 43 if f.plus else 32 if f.blank else 45
    spec.alternate = f.alternate
    spec.width = f.width
    spec.precision = f.precision
    if kind >= 101 and kind <= 103 or kind >= 69 and kind <= 71:
        spec.kind = kind
        return format_float_spec(percent_real(value), spec)
    spec.kind = 100 if kind == 105 or kind == 117 else kind
    n = percent_int(kind, value)
    prefix = ''
    magnitude = int_neg(n) if int_sign(n) < 0 else n
    if spec.kind == 100:
        digits = int_text(magnitude)
    elif spec.kind == 111:
        digits = binary_text(magnitude, 3, '', False)
        prefix = '0o'
    else:
        digits = binary_text(magnitude, 4, '', kind == 88)
        prefix = '0X' if kind == 88 else '0x'
    if f.precision > byte_len(digits):
        digits = pad_text(digits, f.precision - byte_len(digits), 0, 48)
    return number_text(spec, int_sign(n) < 0, prefix if f.alternate else '', digits, '', 3)


def percent_real(value: val) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int):
        return int_to_float(value)
    raise TypeError('must be real number, not ' + type_name(value))


def percent_int(kind: i32, value: val) -> int:
    if isinstance(value, bool):
        return 1 if value else 0
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if kind == 100 or kind == 105 or kind == 117:
            return float_to_int(value)
    if kind == 100 or kind == 105 or kind == 117:
        raise TypeError('%' + char_text(kind) + ' format: a real number is required, not ' + type_name(value))
    raise TypeError('%' + char_text(kind) + ' format: an integer is required, not ' + type_name(value))

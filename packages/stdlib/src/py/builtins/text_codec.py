# molt: intrinsics
# str.encode and bytes.decode: UTF-8, ASCII and Latin-1, with the error handlers strict, ignore and replace
# (and surrogatepass for UTF-8). Other encodings are refused with LookupError, as CPython refuses unknown ones.

from molt.intrinsics import addr, i32, i64, load_i32, load_i64, load_u8, memory_copy

CODEC_UTF8: i32 = 0
CODEC_ASCII: i32 = 1
CODEC_LATIN1: i32 = 2


# Encoding names ignore case, and - is _.
def codec_of(name: str) -> i32:
    plain = name.lower().replace('-', '_')
    if plain == 'utf_8' or plain == 'utf8' or plain == 'u8':
        return CODEC_UTF8
    if plain == 'ascii' or plain == 'us_ascii':
        return CODEC_ASCII
    if plain == 'latin_1' or plain == 'latin1' or plain == 'iso_8859_1' or plain == 'iso8859_1':
        return CODEC_LATIN1
    raise LookupError('unknown encoding: ' + name)


def encode_text(s: str, encoding: str, errors: str) -> bytes:
    n = byte_len(s)
    codec = codec_of(encoding)
    if is_ascii_text(s) or codec == CODEC_UTF8 and not has_surrogate(s):
        r = new_bytes(n)
        memory_copy(addr(r) + 16, addr(s) + 16, n)
        return r
    if codec == CODEC_UTF8:
        return encode_points(s, 'utf-8', 1114112, errors)
    if codec == CODEC_ASCII:
        return encode_points(s, 'ascii', 128, errors)
    return encode_points(s, 'latin-1', 256, errors)


# Lone surrogates are ED A0..BF xx in memory.
def has_surrogate(s: str) -> bool:
    at: i32 = 0
    while at + 2 < byte_len(s):
        if load_u8(s, 16 + at) == 237 and load_u8(s, 17 + at) >= 160:
            return True
        at += 1
    return False


# Character by character; those from `limit` up (for UTF-8: surrogates) go to the error handler.
def encode_points(s: str, name: str, limit: i32, errors: str) -> bytes:
    out = TextBuilder()
    at: i32 = 0
    position: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        at += point_size(c)
        bad = c >= limit or limit > 256 and c >= 55296 and c < 57344
        if not bad:
            if limit > 256:
                out.point(c)
            else:
                out.byte(c)
        elif errors == 'strict':
            reason = 'surrogates not allowed' if limit > 256 else 'ordinal not in range(' + i64_text(i64(limit)) + ')'
            last = position + 1
            more = at
            while more < byte_len(s):
                d = point_at(s, more)
                if not (d >= limit or limit > 256 and d >= 55296 and d < 57344):
                    break
                last += 1
                more += point_size(d)
            raise UnicodeEncodeError(name, s, int(position), int(last), reason)
        elif errors == 'replace':
            out.byte(63)
        elif errors == 'surrogatepass' and limit > 256:
            out.point(c)
        elif errors == 'xmlcharrefreplace':
            out.text('&#' + i64_text(i64(c)) + ';')
        elif errors == 'backslashreplace':
            if c < 256:
                out.text('\\x')
                put_hex(out, c, 2)
            elif c < 65536:
                out.text('\\u')
                put_hex(out, c, 4)
            else:
                out.text('\\U')
                put_hex(out, c, 8)
        elif errors != 'ignore':
            raise LookupError("unknown error handler name '" + errors + "'")
        position += 1
    return out.take_bytes()


def decode_bytes(b: bytes, encoding: str, errors: str) -> str:
    codec = codec_of(encoding)
    n = load_i32(b, 8)
    if codec == CODEC_UTF8:
        bad = invalid_utf8(addr(b) + 16, n)
        if bad < 0:
            return text_of(addr(b) + 16, n)
        return decode_lossy(b, errors)
    out = TextBuilder()
    at: i32 = 0
    while at < n:
        c = load_u8(b, 16 + at)
        if codec == CODEC_ASCII and c >= 128:
            if errors == 'strict':
                raise UnicodeDecodeError('ascii', b, int(at), int(at + 1), 'ordinal not in range(128)')
            if errors == 'replace':
                out.point(65533)
        else:
            out.point(c)
        at += 1
    return out.take()


# Offset of the first byte that is not well-formed UTF-8 (no surrogates, no overlong forms), or -1.
def invalid_utf8(p: i32, n: i32) -> i32:
    at: i32 = 0
    while at < n:
        if n - at >= 8 and load_i64(p + at) & -9187201950435737472 == 0:
            at += 8
            continue
        if load_u8(p + at) < 128:
            at += 1
            continue
        size = utf8_sequence(p + at, n - at)
        if size <= 0:
            return at
        at += size
    return -1


# Length of the sequence that starts here, or minus the number of bytes to blame when it is malformed; 0 = cut off at the end.
def utf8_sequence(p: i32, left: i32) -> i32:
    b = load_u8(p)
    if b < 128:
        return 1
    if b < 194 or b > 244:
        return -1
    size: i32 = 2 if b < 224 else 3 if b < 240 else 4
    low: i32 = 128
    high: i32 = 191
    if b == 224:
        low = 160
    elif b == 237:
        high = 159
    elif b == 240:
        low = 144
    elif b == 244:
        high = 143
    k: i32 = 1
    while k < size:
        if k == left:
            return 0
        c = load_u8(p, k)
        if c < low or c > high:
            return -k
        low = 128
        high = 191
        k += 1
    return size


def decode_lossy(b: bytes, errors: str) -> str:
    n = load_i32(b, 8)
    out = TextBuilder()
    at: i32 = 0
    while at < n:
        p = addr(b) + 16 + at
        size = utf8_sequence(p, n - at)
        if size > 0:
            out.bytes(p, size)
            out._points += 1
            at += size
            continue
        blame = n - at if size == 0 else -size
        if errors == 'strict':
            if size == 0:
                reason = 'unexpected end of data'
            elif blame == 1 and (load_u8(p) < 194 or load_u8(p) > 244):
                reason = 'invalid start byte'
            else:
                reason = 'invalid continuation byte'
            raise UnicodeDecodeError('utf-8', b, int(at), int(at + blame), reason)
        if errors == 'replace':
            out.point(65533)
        elif errors != 'ignore':
            raise LookupError("unknown error handler name '" + errors + "'")
        at += blame
    return out.take()

"""Reads ``[[types, schema, [hex, ...]], ...]`` as JSON, decodes and encodes each value again, writes the lists of bytes or faults."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from molt_accel.codec import compile_codec  # noqa: E402
from molt_accel.errors import MoltError  # noqa: E402


def again(codec, text):
    try:
        return codec.encode(codec.decode(bytes.fromhex(text))).hex()
    except MoltError as error:
        return f"{type(error).__name__}: {error.message}"


out = []
for types, schema, values in json.load(sys.stdin):
    codec = compile_codec(schema, types)
    out.append([again(codec, text) for text in values])
json.dump(out, sys.stdout)

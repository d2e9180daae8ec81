"""The golden frames, read and written by this client as the files say."""

import json

import pytest

from fake_worker import GOLDEN, SCHEMAS
from molt_accel import wire
from molt_accel.errors import ProtocolError
from molt_accel.handshake import Handshake, parse_schemas
from molt_accel.request import Plan, Request, Target
from molt_accel.schema import Export

MESSAGES = {m["name"]: m for m in GOLDEN["messages"]}
KINDS = {name: getattr(wire, name) for name in ("HELLO", "HELLO_OK", "HELLO_ERR", "EXPORTS", "CALL", "RESULT", "ERROR", "CANCEL", "CHUNK", "PROGRESS", "CREDIT", "PING", "PONG", "GOAWAY")}


def payload(message):
    return b"".join(bytes.fromhex(frame)[16:] for frame in message["frames"])


def test_preface():
    assert wire.PREFACE.hex() == GOLDEN["preface"]


@pytest.mark.parametrize("name", [m["name"] for m in GOLDEN["messages"] if KINDS.get(m["kind"]) in wire.FROM_SERVER])
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_frames_of_servers_are_read(name, chunk):
    message = MESSAGES[name]
    stream = bytes.fromhex(GOLDEN["preface"] + "".join(message["frames"]))
    decoder = wire.Decoder()
    seen = [m for at in range(0, len(stream), chunk) for m in decoder.feed(stream[at : at + chunk])]
    more = message["meaning"].get("more", False)
    assert seen == [wire.Message(KINDS[message["kind"]], message["callId"], payload(message), more)]
    assert not decoder.unfinished


@pytest.mark.parametrize("name", ["ERROR of the program", "ERROR of admission", "HELLO_ERR"])
def test_errors_have_their_meaning(name):
    meaning = MESSAGES[name]["meaning"]
    error = wire.decode_error(payload(MESSAGES[name]))
    assert (error.name, f"MOLT5{error.code}", error.message, error.hint) == (meaning["name"], meaning["code"], meaning["message"], meaning["hint"])
    assert (error.executed, error.retry, error.after * 1000, error.details) == (
        meaning["executed"],
        meaning["retry"],
        meaning["afterMs"],
        meaning["details"],
    )


def test_hello_ok_and_exports_have_their_meaning():
    meaning = MESSAGES["HELLO_OK"]["meaning"]
    handshake, decoder = Handshake(), wire.Decoder()
    for name in ("HELLO_OK", "EXPORTS"):
        handshake.take(wire.Message(KINDS[name], 0, payload(MESSAGES[name])), decoder)
    hello = handshake.worker.hello
    assert hello.window == meaning["window"]
    assert (hello.credit, hello.pid, hello.slots, hello.artifact) == (meaning["credit"], meaning["pid"], meaning["slots"], meaning["artifactId"])
    assert (decoder.max_frame, decoder.max_message) == (meaning["limits"]["maxFrame"], meaning["limits"]["maxMessage"])
    assert handshake.worker.schemas is parse_schemas(SCHEMAS)


@pytest.mark.parametrize("name", [m["name"] for m in GOLDEN["messages"] if m["kind"] == "CALL"])
def test_calls_are_written(name):
    message = MESSAGES[name]
    head = message["meaning"]["head"]
    export = Export("f", head["exportId"], (), {}, head["inputId"], head["outputId"], False)
    plan = Plan(export, bytes, bytes, head["cpuMs"], head["memoryKib"], head["criticality"])
    request = Request(Target("f", lambda schemas: plan, 1.5), (), 1.5)
    if "trace" in head:
        trace = head["trace"]
        request.trace = bytes.fromhex(trace["traceId"] + trace["spanId"]) + bytes((trace["flags"],))
    if "key" in head:
        request.key = bytes.fromhex(head["key"])
    payload = plan.payload(bytes.fromhex(message["meaning"]["body"]), head["deadlineMs"] / 1000, request)
    frames = wire.encode_message(wire.CALL, message["callId"], payload, 4096)
    assert frames.hex() == "".join(message["frames"])


@pytest.mark.parametrize("trace, key", [(b"", None), (b"\0" * 25, None), (b"a" * 16 + b"\0" * 9, None), (None, b""), (None, b"k" * 65)])
def test_trace_contexts_and_keys_are_checked(trace, key):
    request = Request(Target("f", lambda schemas: None, 1.0), (), 1.0)
    request.trace, request.key = trace, key
    with pytest.raises(ValueError):
        request.head_parts()


@pytest.mark.parametrize("name", [m["name"] for m in GOLDEN["messages"] if m["kind"] == "CREDIT"])
def test_credits_have_their_meaning(name):
    meaning = MESSAGES[name]["meaning"]
    assert wire.decode_credit(payload(MESSAGES[name])) == (meaning["calls"], meaning["bytes"])


def test_progress_has_its_meaning():
    meaning = MESSAGES["PROGRESS"]["meaning"]
    assert wire.decode_progress(payload(MESSAGES["PROGRESS"])) == (meaning["ppm"] / 1_000_000, meaning["message"])


@pytest.mark.parametrize("text", ["80", "81a563616c6c73ff", "81a56279746573c0", "81a563616c6c73ce00100001", "c0"])
def test_credits_are_checked(text):
    with pytest.raises(ProtocolError):
        wire.decode_credit(bytes.fromhex(text))


def test_cancel_is_written():
    message = MESSAGES["CANCEL"]
    assert wire.encode_message(wire.CANCEL, 5, wire.pack_control({"reason": "disconnect"})).hex() == message["frames"][0]


def test_hello_is_written():
    assert wire.encode_hello("golden/1", 4242).hex() == MESSAGES["HELLO"]["frames"][0]


def test_schemas_list_the_exports():
    schemas = parse_schemas(SCHEMAS)
    assert list(schemas.exports) == [e["name"] for e in json.loads(SCHEMAS)["exports"]]
    assert schemas.export("echo").idempotent is True

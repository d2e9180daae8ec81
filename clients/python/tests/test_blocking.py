"""Sync functions over sockets: results, errors, and every way a worker can fail."""

import json
import os
import threading
import time

import pytest

import molt_accel as m
import sample
from fake_worker import SCHEMAS, FakeWorker, answer, error, frame, result
from molt_accel import blocking, molt_offload


def offload(function, worker, **options):
    return molt_offload(socket=worker.path, **options)(function)


def test_results_are_built_by_the_annotations(worker):
    assert offload(sample.add, worker)(2, 2**60) == 2**60 + 2
    assert offload(sample.echo, worker)("héllo") == "héllo"
    assert offload(sample.find, worker)("x") == sample.Item("x", 9.5, sample.Kind.TOY)
    assert offload(sample.find, worker)("none") is None
    items = [sample.Item("a", 1.0, sample.Kind.BOOK), sample.ItemTuple("b", 2.0, "toy"), {"sku": "c", "price": 3, "kind": "toy"}]
    assert offload(sample.total, worker)(items, 1.0) == 12.0


def test_arguments_are_bound_as_python_does(worker):
    total = offload(sample.total, worker)
    assert total([], tax=0.5) == total(items=[]) == 0.0
    assert worker.calls[-1].args == [[], 0.2]
    with pytest.raises(TypeError, match="missing a required argument"):
        total()


def test_connections_are_reused(worker):
    add = offload(sample.add, worker)
    assert [add(i, 1) for i in range(50)] == list(range(1, 51))
    assert len(worker.connections) == 1
    assert worker.hellos[0]["client"].startswith("molt-accel/")


def test_limits_travel_with_the_call(worker):
    offload(sample.add, worker, deadline=2.0, cpu=0.25, memory=1 << 20, criticality="critical")(1, 2)
    call = worker.calls[0]
    assert (call.cpu_ms, call.memory_kib, call.criticality) == (250, 1024, 3)
    assert 1000 < call.deadline_ms <= 2000


def test_large_messages_span_frames():
    with FakeWorker(max_frame=4096) as worker:
        text = "é" * 50_000

        def in_parts(connection, call):
            body = b"".join([b"\0" * 16, b"\xdb" + (100_000).to_bytes(4, "big") + text.encode()])
            for at in range(0, len(body), 4096):
                connection.send(frame(0x11, call.id, body[at : at + 4096], 2 if at + 4096 >= len(body) else 1))

        worker._on_call = in_parts
        assert offload(sample.echo, worker)(text) == text
        assert worker.calls[0].args == [text]


def test_threads_share_the_pool(worker):
    add = offload(sample.add, worker, pool=4)
    seen = []
    threads = [threading.Thread(target=lambda i=i: seen.extend(add(i, j) for j in range(50))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(i + j for i in range(8) for j in range(50))
    assert len(worker.connections) <= 4


# errors of the worker


def failing(*args, **details):
    return FakeWorker(lambda connection, call: connection.send(error(call.id, *args, **details)))


def test_exceptions_of_the_function_are_of_their_type():
    with failing(501, "APP_ERROR", "ValueError: negative price", executed=2, type="ValueError") as worker:
        with pytest.raises(ValueError) as info:
            offload(sample.add, worker)(1, 2)
    assert isinstance(info.value, m.AppError)
    assert (info.value.exception_type, info.value.exception_message) == ("ValueError", "negative price")
    assert (info.value.executed, type(info.value).__name__) == ("yes", "ValueError")


def test_exceptions_keep_their_arguments_and_traceback():
    with failing(501, "APP_ERROR", "'x'", executed=2, type="KeyError", args=["x"], traceback="Traceback ...\n  line 3\n") as worker:
        with pytest.raises(KeyError) as info:
            offload(sample.add, worker)(1, 2)
    assert info.value.args == ("x",) and str(info.value) == "MOLT5501: KeyError: 'x'"
    assert info.value.remote_traceback.startswith("Traceback")
    if hasattr(info.value, "__notes__"):
        assert info.value.__notes__ == ["In the worker:\nTraceback ...\n  line 3"]


def test_input_that_the_worker_refuses_has_its_place():
    with failing(203, "INVALID_INPUT", "expected at most 3 items, got 4", path="items[2]") as worker:
        with pytest.raises(m.InvalidInput, match=r"items\[2\]: expected at most 3 items"):
            offload(sample.add, worker)(1, 2)


def test_exceptions_of_the_program_are_found_beside_the_function():
    with failing(501, "APP_ERROR", "OutOfStock: x", executed=2, type="OutOfStock") as worker:
        with pytest.raises(sample.OutOfStock) as info:
            offload(sample.add, worker)(1, 2)
        assert info.value.exception_message == "x"
    with failing(501, "APP_ERROR", "Strange: x", executed=2, type="Strange") as worker, pytest.raises(m.AppError, match="Strange: x"):
        offload(sample.add, worker)(1, 2)
    with failing(501, "APP_ERROR", "StopIteration", executed=2, type="StopIteration") as worker:
        with pytest.raises(m.AppError) as info:
            offload(sample.add, worker)(1, 2)
        assert not isinstance(info.value, StopIteration)


@pytest.mark.parametrize(
    "code, name, cls",
    [
        (301, "BUSY", m.Busy), (302, "SHED", m.Shed), (304, "DRAINING", m.Draining), (401, "DEADLINE_EXCEEDED", m.DeadlineExceeded),
        (402, "CPU_EXCEEDED", m.CpuExceeded), (403, "MEMORY_EXCEEDED", m.MemoryExceeded), (404, "CANCELLED", m.Cancelled), (502, "TRAP", m.Trap),
        (603, "INTERNAL", m.WorkerFault), (799, "LATER", m.WorkerFault),
    ],
)  # fmt: skip
def test_errors_have_their_class_and_advice(code, name, cls):
    with failing(code, name, "why", hint="do this", executed=1, retry=1, after=250) as worker:
        with pytest.raises(cls) as info:
            offload(sample.add, worker)(1, 2)
    assert (info.value.executed, info.value.retry, info.value.after, info.value.hint) == ("maybe", "after", 0.25, "do this")
    assert "why" in str(info.value) and "hint: do this" in str(info.value)


def test_a_connection_survives_errors_of_calls():
    def first_fails(connection, call):
        if call.id == 1:
            connection.send(error(1, 301, "BUSY", "full"))
        else:
            answer(connection, call)

    with FakeWorker(first_fails) as worker:
        add = offload(sample.add, worker)
        with pytest.raises(m.Busy):
            add(1, 2)
        with pytest.raises(m.InvalidInput, match=r"add.a: expected int, got str 'x'"):
            add("x", 2)
        assert add(1, 2) == 3
        assert len(worker.connections) == 1


# contract


def test_a_missing_export_names_near_ones(worker):
    with pytest.raises(m.MissingExport, match="no export named ecko; did you mean echo") as info:
        molt_offload(socket=worker.path, export="ecko")(sample.echo)("x")
    assert "total, echo, find, add" in info.value.hint


def test_other_parameters_are_a_mismatch(worker):
    def add(a: int, c: int) -> int:
        return 0

    with pytest.raises(m.SchemaMismatch, match=r"add takes \(a, c\) here and \(a, b\) in the worker"):
        offload(add, worker)(1, 2)


def test_other_schemas_are_a_mismatch_with_the_place(worker, tmp_path):
    own = json.loads(SCHEMAS)
    own["types"]["Item"]["fields"][1]["schema"] = {"kind": "bool"}
    own["exports"][0]["inputId"] = "00" * 32
    (tmp_path / "schemas.json").write_text(json.dumps(own))
    with pytest.raises(m.SchemaMismatch, match=r"the input of total differs at \$.items\[\].price: bool here, float in the worker"):
        offload(sample.total, worker, artifact=str(tmp_path))([])


def test_damaged_schemas_say_so():
    damaged = json.loads(SCHEMAS)
    del damaged["exports"][3]["result"]["min"]
    with FakeWorker(schemas=json.dumps(damaged)) as worker, pytest.raises(m.SchemaMismatch, match="schemas of add are damaged: KeyError: 'min'"):
        offload(sample.add, worker)(1, 2)
    for broken in ("{", "[]", '{"format":"molt-schemas","version":1}', SCHEMAS.replace('"float"', '"quaternion"')):
        with FakeWorker(schemas=broken) as worker, pytest.raises(m.SchemaMismatch, match="schemas are damaged"):
            offload(sample.add, worker)(1, 2)
    with FakeWorker(schemas='{"format":"molt-schemas","version":2}') as worker, pytest.raises(m.SchemaMismatch, match="reads molt-schemas 1"):
        offload(sample.add, worker)(1, 2)


# workers that fail


def test_nobody_there(tmp_path):
    missing = str(tmp_path / "none.sock")
    with pytest.raises(m.WorkerNotRunning, match="there is no such socket") as info:
        molt_offload(socket=missing)(sample.add)(1, 2)
    assert info.value.executed == "no" and "molt worker" in info.value.hint
    (tmp_path / "file").write_text("")
    with pytest.raises(m.WorkerNotRunning):
        molt_offload(socket=str(tmp_path / "file"))(sample.add)(1, 2)


def test_no_socket_given(monkeypatch):
    monkeypatch.delenv("MOLT_SOCKET", raising=False)
    with pytest.raises(m.WorkerNotRunning, match="no socket is given for add"):
        molt_offload(sample.add)(1, 2)


def read_hello(connection):
    connection.read(8)
    connection.frame()


def send_and_close(data):
    def behave(connection):
        read_hello(connection)
        connection.send(data)

    return behave


@pytest.mark.parametrize(
    "data, cls",
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", m.ProtocolError),
        (b"MIP1\x02\x00\x00\x00", m.VersionUnsupported),
        (b"MIP1\x01\x00\x00\x01", m.ProtocolError),
        (b"MIP1\x01\x00", m.WorkerLost),
        (b"", m.WorkerLost),
        (b"MIP1\x01\x00\x00\x00" + frame(0x11, 1, b"x" * 16), m.ProtocolError),
        (b"MIP1\x01\x00\x00\x00" + frame(0x02, 0, b"\x80"), m.ProtocolError),
        (b"MIP1\x01\x00\x00\x00" + frame(0x02, 0, b"\xc1"), m.ProtocolError),
        (b"MIP1\x01\x00\x00\x00" + frame(0x77, 0, b""), m.ProtocolError),
        (b"MIP1\x01\x00\x00\x00" + frame(0x02, 0, b"", 0), m.ProtocolError),
        (b"MIP1\x01\x00\x00\x00" + b"\xff\xff\xff\xff\x02\x02\x00\x00" + b"\0" * 8, m.MessageTooLarge),
        (b"MIP1\x01\x00\x00\x00" + error(0, 102, "VERSION_UNSUPPORTED", "no")[:4] + b"\x03" + error(0, 102, "VERSION_UNSUPPORTED", "no")[5:], m.VersionUnsupported),
        (os.urandom(200), m.ProtocolError),
    ],
)  # fmt: skip
def test_garbage_in_the_handshake(data, cls):
    with FakeWorker(on_connect=send_and_close(data)) as worker, pytest.raises(cls):
        offload(sample.add, worker, deadline=2)(1, 2)


@pytest.mark.parametrize(
    "reply, cls, executed",
    [
        (lambda c: b"\xff" * 40, m.MoltError, "maybe"),
        (lambda c: result(c.id, 3)[:20], m.WorkerLost, "maybe"),
        (lambda c: b"", m.WorkerLost, "maybe"),
        (lambda c: result(c.id + 2, 3), m.ProtocolError, "maybe"),
        (lambda c: frame(0x11, c.id, b"short"), m.ProtocolError, "maybe"),
        (lambda c: frame(0x12, c.id, b"\0" * 8 + b"\xc1"), m.ProtocolError, "maybe"),
        (lambda c: frame(0x12, c.id, b"\xff" * 8 + b"\x94\xa0\xa0\xa0\x80"), m.ProtocolError, "maybe"),
        (lambda c: result(c.id, "text"), m.ProtocolError, "maybe"),
        (lambda c: frame(0x11, c.id, b"\0" * 16 + b"\xcd\x00\x01"), m.ProtocolError, "maybe"),
        (lambda c: error(0, 101, "PROTOCOL_ERROR", "you are wrong", executed=1), m.ProtocolError, "maybe"),
        (lambda c: frame(0x11, c.id, b"", 1), m.ProtocolError, "maybe"),
        (lambda c: frame(0x11, c.id, b"a" * 9, 1) + frame(0x12, c.id, b"b" * 9), m.ProtocolError, "maybe"),
    ],
)
def test_garbage_instead_of_an_answer(reply, cls, executed):
    def behave(connection, call):
        connection.send(reply(call))
        raise EOFError

    with FakeWorker(behave) as worker:
        with pytest.raises(cls) as info:
            offload(sample.add, worker, deadline=2)(1, 2)
        assert info.value.executed == executed
        worker._on_call = answer
        assert offload(sample.add, worker)(1, 2) == 3


def test_frames_that_are_no_answers_are_handled():
    seen = []

    def chatty(connection, call):
        connection.send(frame(0x21, 8, b"\x80") + frame(0x20, 0, b"\x81\xa5calls\x01") + frame(0x77, 0, b"later", 2 | 4))
        seen.append(connection.frame())
        answer(connection, call)

    with FakeWorker(chatty) as worker:
        assert offload(sample.add, worker)(1, 2) == 3
    assert seen == [(0x22, 2, 8, b"\x80")]


def test_a_slow_worker_meets_the_deadline():
    with FakeWorker(lambda connection, call: time.sleep(5)) as worker:
        began = time.monotonic()
        with pytest.raises(TimeoutError) as info:
            offload(sample.add, worker, deadline=0.2)(1, 2)
        assert isinstance(info.value, m.DeadlineExceeded)
        assert info.value.executed == "maybe"
        assert 0.15 < time.monotonic() - began < 2
        worker._on_call = answer
        assert offload(sample.add, worker)(1, 2) == 3
        assert len(worker.connections) == 2


def test_a_silent_listener_meets_the_deadline():
    with FakeWorker(on_connect=lambda connection: time.sleep(5)) as worker, pytest.raises(m.DeadlineExceeded) as info:
        offload(sample.add, worker, deadline=0.2)(1, 2)
    assert info.value.executed == "no"


def test_a_restarted_worker_is_found_again():
    worker = FakeWorker()
    add = offload(sample.add, worker)
    assert add(1, 2) == 3
    worker.close()
    with pytest.raises(m.WorkerNotRunning):
        add(1, 2)
    with FakeWorker(path=worker.path):
        assert add(1, 2) == 3


def test_a_draining_connection_is_not_reused():
    def drain(connection, call):
        connection.send(frame(0x23, 0, b"\x82\xa4last\x01\xa8drain_ms\x00"))
        answer(connection, call)

    with FakeWorker(drain) as worker:
        add = offload(sample.add, worker)
        assert add(1, 2) == add(2, 1) == 3
        assert len(worker.connections) == 2


def test_a_lost_call_is_repeated_only_if_that_does_no_harm():
    tries = []

    def die_once(connection, call):
        tries.append(call.name)
        if len(tries) == 1:
            raise EOFError
        answer(connection, call)

    with FakeWorker(die_once) as worker:
        assert offload(sample.echo, worker)("idempotent") == "idempotent"
    tries.clear()
    with FakeWorker(die_once) as worker, pytest.raises(m.WorkerLost):
        offload(sample.add, worker)(1, 2)
    assert tries == ["add"]


# load


def until(holds):
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < 10
        time.sleep(0.005)


def test_the_wait_list_is_bounded():
    go = threading.Event()

    def hold(connection, call):
        go.wait(5)
        answer(connection, call)

    with FakeWorker(hold) as worker:
        add = offload(sample.add, worker, pool=1, deadline=20)
        threads = [threading.Thread(target=add, args=(i, i)) for i in range(65)]
        for thread in threads:
            thread.start()
        until(lambda: blocking.pool_for(worker.path, 1).outstanding == 65)
        with pytest.raises(m.Busy, match="1 calls are in flight and 64 wait") as info:
            add(9, 9)
        assert info.value.executed == "no" and info.value.retry == "after"
        go.set()
        for thread in threads:
            thread.join(5)
        assert len(worker.calls) == 65


def test_the_wait_is_bounded_to_a_quarter_of_the_deadline():
    go = threading.Event()

    def hold(connection, call):
        go.wait(5)
        answer(connection, call)

    with FakeWorker(hold) as worker:
        first = threading.Thread(target=offload(sample.add, worker, pool=1, deadline=20), args=(1, 1))
        first.start()
        time.sleep(0.1)
        began = time.monotonic()
        with pytest.raises(m.Busy, match="a quarter of the deadline"):
            offload(sample.add, worker, pool=1, deadline=0.8)(2, 2)
        assert 0.15 < time.monotonic() - began < 0.6
        go.set()
        first.join(5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_opens_its_own_connections(worker):
    add = offload(sample.add, worker)
    assert add(1, 2) == 3
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(add(20, 1)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"21"
    assert add(2, 3) == 5
    assert len(worker.connections) == 2


def test_several_sockets_share_the_load(worker):
    with FakeWorker() as other:
        go = threading.Event()
        worker._on_call = lambda connection, call: (go.wait(5), answer(connection, call))
        add = molt_offload(socket=[worker.path, other.path], deadline=10)(sample.add)
        first = threading.Thread(target=add, args=(1, 1))
        first.start()
        time.sleep(0.1)
        assert add(2, 2) == 4
        assert [len(w.calls) for w in (worker, other)] == [1, 1]
        go.set()
        first.join(5)


# choices


def test_the_python_transport_runs_the_function(monkeypatch):
    assert molt_offload(transport="python")(sample.add)(1, 2) == 3
    monkeypatch.setenv("MOLT_TRANSPORT", "python")
    assert molt_offload(sample.add)(1, 2) == 3
    monkeypatch.setenv("MOLT_TRANSPORT", "carrier-pigeon")
    with pytest.raises(ValueError, match="expected one of unix, inproc, python"):
        molt_offload(sample.add)(1, 2)


def test_fallback_runs_only_what_was_not_executed(tmp_path):
    ran = []

    def add(a: int, b: int) -> int:
        ran.append("python")
        return a + b

    missing = str(tmp_path / "none.sock")
    assert molt_offload(socket=missing, fallback="python")(add)(1, 2) == 3
    assert molt_offload(socket=missing, fallback=lambda a, b: -1)(add)(1, 2) == -1
    with failing(301, "BUSY", "full") as worker:
        assert offload(add, worker, fallback="python")(1, 2) == 3
    assert ran == ["python", "python"]
    with failing(601, "WORKER_LOST", "gone", executed=1) as worker, pytest.raises(m.WorkerLost):
        offload(add, worker, fallback="python")(1, 2)
    with FakeWorker() as worker, pytest.raises(m.InvalidInput):
        offload(add, worker, fallback="python")("x", 2)
    assert ran == ["python", "python"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"deadline": 0}, "expected deadline"),
        ({"transport": "smoke"}, "expected transport"),
        ({"criticality": "vital"}, "expected criticality"),
        ({"fallback": "ruby"}, "expected fallback"),
        ({"pool": 0}, "expected pool"),
    ],
)
def test_bad_options_are_answered_at_once(options, message):
    with pytest.raises(ValueError, match=message):
        molt_offload(**options)(sample.add)
    with pytest.raises(TypeError, match="exports have fixed parameters"):
        molt_offload(lambda *args: 0)


def test_the_function_stays_recognisable(worker):
    add = offload(sample.add, worker)
    assert add.__name__ == "add" and add.__wrapped__ is sample.add

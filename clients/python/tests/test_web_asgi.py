"""The ASGI and WSGI middleware, driven as a server drives them."""

import asyncio
import functools
import time

import molt_accel as m
import pytest
import sample
from fake_worker import FakeWorker, answer_cancelled, never
from molt_accel import molt_offload, remaining
from molt_accel.web import parse_timeout, request_seconds
from molt_accel.web.asgi import MoltMiddleware
from molt_accel.web.wsgi import MoltMiddleware as WsgiMiddleware


@functools.wraps(sample.add)
async def add_async(a, b):
    return a + b


class Server:
    """The messages of one request; the client leaves when it is told to."""

    def __init__(self, *bodies: bytes, headers=()):
        self.scope = {"type": "http", "headers": [(name.lower().encode(), value.encode()) for name, value in headers]}
        self.messages = [
            {"type": "http.request", "body": body, "more_body": index < len(bodies) - 1} for index, body in enumerate(bodies or (b"",))
        ]
        self.left = asyncio.Event()
        self.received = 0
        self.sent = []

    async def receive(self):
        self.received += 1
        if self.messages:
            return self.messages.pop(0)
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    async def run(self, app, **options):
        await asyncio.wait_for(MoltMiddleware(app, **options)(self.scope, self.receive, self.send), 5)


async def reached(condition):
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("sync", [False, True])
def test_a_disconnect_stops_the_calls_of_the_request(sync):
    with FakeWorker(never, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(sample.add if sync else add_async)
        raised = []

        async def app(scope, receive, send):
            with pytest.raises(m.Cancelled) as info:
                await (asyncio.to_thread(add, 1, 2) if sync else add(1, 2))
            raised.append(info.value.details["reason"])

        async def work():
            server = Server()
            request = asyncio.create_task(server.run(app))
            await reached(lambda: worker.calls)
            server.left.set()
            await request
            await reached(lambda: worker.cancels)

        asyncio.run(work())
        assert raised == ["disconnect"]
        assert [reason for _, reason in worker.cancels] == ["disconnect"]


def test_a_disconnect_that_the_application_hears_stops_them_too():
    with FakeWorker(never, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(add_async)

        async def app(scope, receive, send):
            async def listen():
                while (await receive())["type"] != "http.disconnect":
                    pass

            listening = asyncio.create_task(listen())
            await asyncio.sleep(0.01)
            with pytest.raises(m.Cancelled):
                await add(1, 2)
            await listening

        async def work():
            server = Server()
            request = asyncio.create_task(server.run(app))
            await reached(lambda: worker.calls)
            server.left.set()
            await request

        asyncio.run(work())


def test_the_application_gets_its_body_whole_and_no_more_than_one_piece_is_taken_ahead():
    with FakeWorker() as worker:
        add = molt_offload(socket=worker.path, deadline=10)(add_async)
        seen = []

        async def app(scope, receive, send):
            assert await add(1, 2) == 3
            await asyncio.sleep(0.05)
            seen.append(server.received)
            while True:
                message = await receive()
                seen.append(message["body"])
                if not message["more_body"]:
                    break
            server.left.set()
            assert (await receive())["type"] == "http.disconnect"
            assert (await receive())["type"] == "http.disconnect"

        async def work():
            nonlocal server
            server = Server(b"a", b"b", b"c")
            await server.run(app)

        server = None
        asyncio.run(work())
        assert seen == [1, b"a", b"b", b"c"]


def test_a_request_without_offloaded_calls_reads_nothing_by_itself():
    async def app(scope, receive, send):
        await asyncio.sleep(0.02)

    async def work():
        server = Server()
        await server.run(app)
        return server.received

    assert asyncio.run(work()) == 0


def test_an_error_of_the_server_reaches_the_application():
    with FakeWorker() as worker:
        add = molt_offload(socket=worker.path, deadline=10)(add_async)

        async def app(scope, receive, send):
            assert await add(1, 2) == 3
            await asyncio.sleep(0.02)
            with pytest.raises(OSError, match="broken"):
                await receive()

        async def work():
            server = Server()

            async def broken():
                raise OSError("broken")

            server.receive = broken
            await server.run(app)

        asyncio.run(work())


def test_the_time_of_a_request_comes_from_its_header():
    async def app(scope, receive, send):
        left.append(remaining())

    async def work():
        await Server(headers=[("X-Request-Timeout", "1.5")]).run(app)
        await Server(headers=[("X-Request-Timeout", "9")]).run(app, default=2.0)
        await Server(headers=[("X-Request-Timeout", "9")]).run(app, default=2.0, maximum=5.0)
        await Server(headers=[("X-Request-Timeout", "soon")]).run(app, default=2.0)
        await Server(headers=[("grpc-timeout", "250m")]).run(app, default=2.0, header="grpc-timeout")
        await Server().run(app)

    left = []
    asyncio.run(work())
    assert left[:5] == [pytest.approx(seconds, abs=0.1) for seconds in (1.5, 2.0, 5.0, 2.0, 0.25)]
    assert left[5] is None


def test_wsgi_requests_have_their_time_too():
    def app(environ, start_response):
        left.append(remaining())
        return [b""]

    left = []
    WsgiMiddleware(app, default=2.0)({"HTTP_X_REQUEST_TIMEOUT": "500ms"}, lambda *args: None)
    WsgiMiddleware(app)({}, lambda *args: None)
    assert left[0] == pytest.approx(0.5, abs=0.1)
    assert left[1] is None and remaining() is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2", 2.0), ("1.25s", 1.25), (" 250ms ", 0.25), ("0", 0.0), ("-1", None), ("1e3", None), ("nan", None), ("", None), ("1m", None), ("9" * 30, None)],
)
def test_forms_of_timeouts(text, seconds):
    assert parse_timeout(text) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("1S", 1.0), ("250m", 0.25), ("2H", 7200.0), ("3M", 180.0), ("5u", 5e-6), ("1.5S", None), ("123456789S", None)])
def test_forms_of_grpc_timeouts(text, seconds):
    assert parse_timeout(text, "grpc-timeout") == (seconds if seconds is None else pytest.approx(seconds))


def test_a_client_may_ask_for_less_but_not_for_more():
    assert request_seconds("1", 2.0) == 1.0
    assert request_seconds("3", 2.0) == 2.0
    assert request_seconds("3", 2.0, 10.0) == 3.0
    assert request_seconds(None, None, 10.0) == 10.0
    assert request_seconds(None, None) is None
    assert request_seconds("3", None) == 3.0

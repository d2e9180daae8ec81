"""Errors as HTTP answers: in themselves, in Django and in FastAPI."""

import asyncio
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import molt_accel as m
import pytest
from molt_accel import errors
from molt_accel.web import problem_of
from molt_accel.web.problem import STATUS


def test_every_error_has_a_status():
    assert set(STATUS) == {cls.name for cls in errors.BY_CODE.values()}
    assert all(status in (413, 422) or 500 <= status <= 504 for status in STATUS.values())


def test_a_busy_worker_is_503_with_the_time_to_wait():
    problem = problem_of(m.Busy("all slots are taken", after=1.2))
    assert problem.status == 503
    assert problem.headers["Retry-After"] == "2"
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert json.loads(problem.body) == {
        "type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "BUSY", "executed": "no", "retry": "after",
    }  # fmt: skip


def test_a_time_below_a_second_is_a_second():
    assert problem_of(m.Shed("x", after=0.05)).headers["Retry-After"] == "1"


def test_what_the_client_can_mend_is_said_and_the_rest_is_not():
    wrong = json.loads(problem_of(m.InvalidInput("total.items[2].price: expected float, got str"), instance="/total").body)
    assert (wrong["status"], wrong["detail"], wrong["instance"]) == (422, "total.items[2].price: expected float, got str", "/total")
    inner = problem_of(m.WorkerFault("secret path /srv/app"))
    assert inner.status == 500 and b"secret" not in inner.body
    assert b"secret" in problem_of(m.WorkerFault("secret path /srv/app", hint="look at its log"), show=True).body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (m.WorkerNotRunning("x"), 503),
        (m.Draining("x"), 503),
        (m.DeadlineUnmeetable("x"), 503),
        (m.DeadlineExceeded("x"), 504),
        (m.CpuExceeded("x"), 504),
        (m.MemoryExceeded("x"), 500),
        (m.WorkerLost("x", executed="maybe"), 502),
        (m.WorkerLost("x", executed="no"), 503),
        (m.MissingExport("x"), 502),
        (m.SchemaMismatch("x"), 502),
        (m.MessageTooLarge("x"), 413),
        (m.Cancelled("x", details={"reason": "disconnect"}), 499),
        (m.Cancelled("x", details={"reason": "shutdown"}), 503),
        (m.CapabilityDenied("x"), 500),
    ],
)
def test_statuses(error, status):
    problem = problem_of(error)
    assert problem.status == json.loads(problem.body)["status"] == status
    assert ("Retry-After" in problem.headers) == (status == 503)


DJANGO = """
    import json, sys, time
    from django.conf import settings
    settings.configure(
        SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DEBUG=len(sys.argv) > 1, MOLT_REQUEST_SECONDS=2.0,
        MIDDLEWARE=["molt_accel.web.django.MoltMiddleware"],
    )
    import django
    django.setup()
    from django.http import Http404, HttpResponse
    from django.test import AsyncClient, Client
    from django.urls import path
    import molt_accel as m
    from molt_accel.errors import app_error_class

    def busy(request):
        raise m.Busy("all slots are taken", after=3, hint="start more")

    async def late(request):
        raise m.DeadlineExceeded("slow")

    def left(request):
        return HttpResponse(str(m.remaining()))

    async def left_async(request):
        return HttpResponse(str(m.remaining()))

    def missing(request):
        raise app_error_class("Http404", globals())("nothing here", details={"type": "Http404", "message": "nothing here"})

    urlpatterns = [path(view.__name__, view) for view in (busy, late, left, left_async, missing)]

    import asyncio
    for get in (Client().get, lambda *args, **kwargs: asyncio.run(AsyncClient().get(*args, **kwargs))):
        answer = get("/busy")
        print(answer.status_code, answer.headers["Retry-After"], answer.headers["Content-Type"], json.loads(answer.content).get("detail"))
        print(get("/late").status_code, get("/missing").status_code)
        for path in ("/left", "/left_async"):
            seconds = [float(get(path, headers=headers).content) for headers in ({}, {"X-Request-Timeout": "500ms"}, {"X-Request-Timeout": "50"})]
            print([second <= most for second, most in zip(seconds, (2.0, 0.5, 2.0))], seconds[0] > 1 and seconds[2] > 1)
"""


def run(program: str, *args: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("debug", [False, True])
def test_django_answers_with_problems_in_sync_and_async_stacks(debug):
    pytest.importorskip("django")
    detail = "all slots are taken\nstart more" if debug else None
    stack = [
        ["503 3 application/problem+json " + str(detail)],
        ["504 404"],
        ["[True, True, True] True"],
        ["[True, True, True] True"],
    ]
    expected = [line for lines in stack for line in "\n".join(lines).splitlines()]
    assert run(DJANGO, *(["debug"] if debug else [])) == expected * 2


FASTAPI = """
    import asyncio, json
    from fastapi import FastAPI
    from fastapi.responses import PlainTextResponse
    import molt_accel as m
    from molt_accel.errors import app_error_class
    from molt_accel.web.fastapi import install

    app = FastAPI()
    install(app, default=2.0)

    @app.exception_handler(ValueError)
    def value_error(request, error):
        return PlainTextResponse(f"by the application: {error.exception_message}", 418)

    @app.get("/busy")
    def busy():
        raise m.Busy("all slots are taken", after=3)

    @app.get("/late")
    async def late():
        raise m.DeadlineExceeded("slow")

    @app.get("/wrong")
    async def wrong():
        raise m.InvalidInput("f.x: expected int, got str")

    @app.get("/raised")
    async def raised():
        raise app_error_class("ValueError")("", details={"type": "ValueError", "message": "negative"})

    @app.get("/unhandled")
    async def unhandled():
        raise app_error_class("KeyError")("", details={"type": "KeyError", "message": "k"})

    @app.get("/left")
    def left():
        return m.remaining()

    async def get(path, **headers):
        sent = []
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
                 "query_string": b"", "root_path": "", "scheme": "http", "server": ("x", 1), "client": ("y", 2),
                 "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]}
        messages = [{"type": "http.request", "body": b"", "more_body": False}]
        async def receive():
            return messages.pop() if messages else await asyncio.sleep(60)
        async def send(message):
            sent.append(message)
        try:
            await app(scope, receive, send)
        except m.AppError as error:
            print("raised", type(error).__name__)
        headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:])

    async def main():
        status, headers, body = await get("/busy")
        print(status, headers["retry-after"], headers["content-type"], json.loads(body)["code"])
        print((await get("/late"))[0], (await get("/wrong"))[0])
        print((await get("/raised"))[::2])
        print((await get("/unhandled"))[0])
        print(1 < float((await get("/left"))[2]) <= 2, 0 < float((await get("/left", x_request_timeout="0.5"))[2]) <= 0.5)

    asyncio.run(main())
"""


def test_fastapi_answers_with_problems_and_leaves_the_functions_own_errors_alone():
    pytest.importorskip("fastapi")
    assert run(FASTAPI) == [
        "503 3 application/problem+json BUSY",
        "504 422",
        "(418, b'by the application: negative')",
        "raised KeyError",
        "500",
        "True True",
    ]

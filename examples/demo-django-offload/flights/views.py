"""The same endpoint twice: with the CPU part as plain Python, and with the CPU part in the Molt worker."""

from __future__ import annotations

from dataclasses import asdict
from typing import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET
from molt_accel import molt_offload

from delay_risk import DelayRisk, delay_risk
from flights.forms import RiskForm
from flights.models import Flight

offloaded = molt_offload(socket=settings.MOLT_SOCKET, deadline=settings.MOLT_REQUEST_SECONDS)(delay_risk)


@require_GET
def risk_baseline(request: HttpRequest) -> JsonResponse:
    """Computed here, by CPython."""
    return answer(request, delay_risk)


@require_GET
def risk_offload(request: HttpRequest) -> JsonResponse:
    """Computed in the worker, from the same source."""
    return answer(request, offloaded)


def answer(request: HttpRequest, compute: Callable[[list[int], int, int, int], DelayRisk]) -> JsonResponse:
    form = RiskForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    asked = form.cleaned_data
    delays = latest_delays(asked["origin"], asked["destination"], asked["limit"])
    if not delays:
        return JsonResponse({"errors": {"origin": [{"message": "no flights on this route"}]}}, status=404)
    risk = compute(delays, asked["slack"], asked["resamples"], asked["seed"])
    return JsonResponse({"origin": asked["origin"], "destination": asked["destination"] or None, "slack": asked["slack"], **asdict(risk)})


def latest_delays(origin: str, destination: str, limit: int) -> list[int]:
    """Delays of the latest flights of a route, or of all flights from its origin."""
    flights = Flight.objects.filter(origin=origin)
    if destination:
        flights = flights.filter(destination=destination)
    return list(flights.order_by("-date", "-id").values_list("delay", flat=True)[:limit])

"""The results as a table for people."""

from __future__ import annotations

import math
from typing import Any, Mapping

COLUMNS = (
    ("req/s", "per_second"), ("p50 ms", "p50_ms"), ("p95 ms", "p95_ms"), ("p99 ms", "p99_ms"), ("p99.9 ms", "p99.9_ms"), ("errors", "errors"),
    ("CPU s", "cpu_seconds"), ("CPU ms/answer", "cpu_ms_per_answer"), ("RSS MiB", "rss_mib"),
)  # fmt: skip


def table(results: Mapping[str, Any]) -> str:
    """What a run found, with the ratios that matter below."""
    lines = [f"{results['demo']} on {results['server_cores']} of {results['cores']} cores; the load comes from {results['load_cores']} more"]
    for key, title in (("capacity", "As many as it can (closed loop)"), ("steady", "At the same rate (open loop)"), ("large", "Ten times the work per request (closed loop)")):
        if results.get(key):
            lines += ["", title, *_rows(results[key])]
    lines.append("")
    for name, ratio in results.get("ratios", {}).items():
        lines.append(f"{name:<58} {_number(ratio)}")
    over = results.get("overload")
    if over:
        lines += [
            "",
            f"Overload: {_number(over['offered_per_second'])} req/s offered, twice what it can do",
            f"  goodput {over['goodput_share'] * 100:.0f} % of capacity, {over['rejected']} of {over['requests']} rejected with 503, {over['other_errors']} other errors",
            f"  accepted: p50 {_number(over['p50_ms'])} ms, p99 {_number(over['p99_ms'])} ms, {over['p99_to_mean_service']} times the mean service time",
            f"  rejected: p50 {_number(over['rejected_p50_ms'])} ms, p99 {_number(over['rejected_p99_ms'])} ms",
        ]
    gone = results.get("cancel")
    if gone:
        lines += ["", f"Clients that leave: the worker stops after p50 {_number(gone['stop_p50_ms'])} ms, p99 {_number(gone['stop_p99_ms'])} ms ({gone['clients_that_left']} calls)"]
    for note in results.get("notes", []):
        lines += ["", f"Note: {note}"]
    return "\n".join(lines)


def _rows(arms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    cells = [["", *(title for title, _ in COLUMNS)]]
    cells += [[name, *(_number(result.get(key)) for _, key in COLUMNS)] for name, result in arms.items()]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ["  " + "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))) for row in cells]


def _number(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"

#!/usr/bin/env bash
# Measures /risk/baseline against /risk/offload at equal cores: req/s, percentiles, errors, CPU, memory; overload; clients that leave.
# Needs the packages of requirements.txt and the artifact in dist/; makes the rest. `--help` shows the options, `--json` prints JSON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-$([ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)}
[ -x dist/molt_worker ] || npx molt build delay_risk.py --exports delay_risk --out dist >&2
export PYTHONDONTWRITEBYTECODE=1
"$PYTHON" load_flights.py >&2
PYTHONPATH=bench exec "$PYTHON" -m offload_bench --name demo-fastapi-offload --worker dist/molt_worker \
  --server '{python} -m uvicorn main:app --workers {cores} --port {port} --log-level warning' \
  --async-server '{python} -m uvicorn main:app --port {port} --log-level warning' "$@"

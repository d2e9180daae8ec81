#!/usr/bin/env bash
# Measures /risk/baseline against /risk/offload at equal cores: req/s, percentiles, errors, CPU, memory; overload; clients that leave.
# Needs the packages of requirements.txt and the artifact in dist/; makes the rest. `--help` shows the options, `--json` prints JSON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-$([ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)}
[ -x dist/molt_worker ] || npx molt build delay_risk.py --exports delay_risk --out dist >&2
export DJANGO_DEBUG=0 PYTHONDONTWRITEBYTECODE=1
"$PYTHON" manage.py migrate --verbosity 0
"$PYTHON" manage.py load_flights >&2
PYTHONPATH=bench exec "$PYTHON" -m offload_bench --name demo-django-offload --worker dist/molt_worker \
  --server '{python} -m gunicorn config.wsgi --workers {cores} --threads 16 --bind 127.0.0.1:{port} --log-level warning' \
  --async-server '{python} -m uvicorn config.asgi:application --lifespan off --port {port} --log-level warning' "$@"

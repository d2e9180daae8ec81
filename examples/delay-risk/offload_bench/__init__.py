"""Measures a web endpoint with its CPU part in Python and offloaded, at equal cores: `./bench/run_local.sh`."""

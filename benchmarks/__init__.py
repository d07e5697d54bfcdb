"""Whole commands measured against floors of the same machine: `python -m benchmarks`."""

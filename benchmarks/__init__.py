"""Speed and memory of the engine and of its planners: ``python -m benchmarks``."""

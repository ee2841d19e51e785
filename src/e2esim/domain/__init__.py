"""Room domain."""

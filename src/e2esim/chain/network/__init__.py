"""Execution of a supply network: goods, orders and works orders on a timeline of compiled events."""

from e2esim.chain.network.execute import execute

__all__ = ["execute"]

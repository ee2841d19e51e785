"""The door of companies that refill stock points by rules: their tables become a supply network, or everything that is wrong is told."""

from e2esim.config.supply_network.door import open_network

__all__ = ["open_network"]

"""What customers do, live through and feel: market, journey, desk, experiences, loyalty, trade.

Stages emit experiences (``emission_kernels``), one kernel feels them (``experience_kernels``); nothing else touches satisfaction.

Rooms below: domain, planning, streams. The chain is unknown here: goods and promises arrive as batches of order rows handed over by
the simulate room. Statistics are made elsewhere, from the books.

Recipe, add a touchpoint: a row in the scenario's table ``touchpoints``; no code. Add an attribute that customers judge: its name in
``domain.world.ATTRIBUTES`` and the schema's choices, and the emitter that shows it. Add something that customers live through: a kind in
``domain.experience.Lived`` with its weight in memory, an emitter, and the twin in ``tests/customers/experience_twin.py``.
"""

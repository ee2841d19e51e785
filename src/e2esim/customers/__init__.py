"""What customers do, hear and feel: market, journeys, desk, satisfaction, loyalty, trade accounts.

Rooms below: domain, planning, streams. The chain is unknown here: goods and promises arrive as batches of order rows
handed over by the simulate room. Statistics are made elsewhere, from the books.

Recipe, add a touchpoint: a row in the scenario's table ``touchpoints``; no code. Add an attribute that customers judge:
its name in ``domain.world.ATTRIBUTES`` and the schema's choices, its deviation in ``satisfaction_kernels.judge``.
"""

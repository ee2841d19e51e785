"""Room chain: goods and the time they take, as SimPy processes and ticks on batches of order rows.

Who does what
    =============  =========================================================================================
    ``stock``      goods on hand by node and item, the flow ledger, queues of waiting rows, allocation
    ``source``     call-offs: one process each, late and rejected goods
    ``make``       production lots on finite work centres (``centre``): one process each
    ``pick``       the picking crew of the plant, one step a tick
    ``deliver``    one process a lane for departures; arrivals by tick
    ``returns``    goods that come back; unsold stock of accounts by month
    ``phases``     the order of events at equal times
    =============  =========================================================================================
    What falls due later waits in a ``domain.calendar.DueCalendar``.

Order of events at equal times (``phases.Phase``; lower first, then first scheduled first)
    0. ``ARRIVE``: goods received from suppliers, ends of operations, start of a week or a shift.
    1. ``TICK``: the tick process of ``simulate`` (plain ``env.timeout``), which closes the interval (t - tick, t].
       Within it: ``pick.step`` (work of the interval, on rows allocated earlier), ``deliver.arrivals`` and
       ``returns.arrivals`` of the interval, then what customers do, then ``stock.wait``, ``stock.serve_accounts``
       (the rows served go to ``deliver.hand_over``) and ``stock.allocate_plant`` (they go to ``pick.push``).
    2. ``DEPART``: trucks whose cut-off lay in the interval take what was picked by then.
    3. ``ISSUE``: lots released or re-tried at this moment get their material, in order of priority.
    4. ``START``: free machines choose, once everybody who comes at this moment stands in the queue.

Add a stage
    Write ``chain/<stage>.py`` with one class that takes what it needs (``world``, ``stock``, ``book``, ``log``,
    ``streams``) and gives ``step(t)`` if it acts every tick, or a generator started in ``start()`` that yields
    ``phases.At`` if it acts now and then. Rows come in as an int32 batch and go out as one; per-row work goes to
    ``<stage>_kernels.py`` with a twin in ``tests/chain``; draws are addressed by a stream named ``<stage>.<thing>``;
    goods move only by the methods of ``Stock`` or with both sides of its ledger written. Emit one event a batch, add
    the event kind to ``domain.events`` if it is new, and call the stage in its place in the tick process of
    ``simulate``.
"""

"""What a plan folder keeps for promises, and which plan belongs to a planner's data.

`fingerprint` says by the bytes of the files whether data are still those of a plan; `pack` lays dataclasses of arrays
into one npz file; `snapshot` is what `e2esim plan` leaves and `e2esim promise` reads; `find` looks the newest one up.
Nothing here imports polars: a promise answers within a second of the command.
"""

"""How promises look: one reply on the terminal and as JSON, a book promised again as a folder.

`words` says in words what an offer does, why one is refused and what limits a promise; nothing else knows words.
Imports neither polars nor matplotlib where one request is answered: that takes less than a second.
"""

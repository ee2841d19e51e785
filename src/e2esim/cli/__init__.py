"""Room cli: commands and their words. Knows every room, holds no rule; imports nothing heavy until a command needs it.

Exit codes: 0 done; 1 the run failed; 2 bad input or usage, nothing was written; 130 interrupted.

Recipe: a new command is a function in ``main.py`` that parses its options and calls a module of its own beside it.
"""

"""``python -m e2esim``: the command, where no script is installed."""

from __future__ import annotations

from e2esim.cli.main import run

if __name__ == "__main__":
    run()

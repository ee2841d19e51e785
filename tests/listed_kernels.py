"""`src/e2esim/compile_list.json`: what first runs compile, written anew by ``python tests/listed_kernels.py`` (`make docs`); see `e2esim.compile_list`.

Each list is what one small run asks for, in a process of its own whose kernels are compiled already: the kernels that Python calls, in their order.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from e2esim import compile_list

RUNS = {"market": 'e2esim.open("mattress_maker").run("scale=0.02", "horizon.days=60")'}  # a network run is one large kernel: nothing to share


def asked_for(run: str) -> list[tuple[str, list[Any]]]:
    """The kernels that ``run`` calls from Python, as the list writes them."""
    code = f"import listed_kernels\nlisted_kernels.watch()\nimport e2esim\n{run}\nlisted_kernels.tell()"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=__file__.rpartition("/")[0])
    asked: list[tuple[str, list[Any]]] = json.loads(said.stdout.splitlines()[-1])
    return asked


_seen: dict[tuple[str, Any], bool] = {}


def watch() -> None:
    """Note from now on what numba looks for among what was compiled before."""
    from numba.core.caching import FunctionCache

    load = FunctionCache.load_overload

    def noted(self: Any, sig: Any, target_context: Any) -> Any:
        code = load(self, sig, target_context)
        of = self._py_func
        if of.__module__.startswith("e2esim."):
            _seen.setdefault((f"{of.__module__}:{of.__qualname__}", sig), code is not None)
        return code

    FunctionCache.load_overload = noted


def tell() -> None:
    """Print what was noted; where something had to be compiled, kernels that only kernels call are among it, so do it again."""
    print(json.dumps([] if not all(_seen.values()) else [(kernel, [compile_list.written(kind) for kind in sig]) for kernel, sig in _seen]))


def main() -> None:
    """Write the file."""
    lists = {name: asked_for(run) or asked_for(run) for name, run in RUNS.items()}
    compile_list.FILE.write_text("\n".join(compile_list.lines(lists)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

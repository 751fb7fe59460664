"""Lets `grader.check` run the checks of the test file on a notebook's functions. You need not read this."""

from __future__ import annotations

import importlib
import json
import runpy
import sys
import types
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOT_WRITTEN = "not attempted yet"


class NotAttempted(Exception):
    """The function is still the stub, or is not defined yet."""


def run(env: dict[str, Any], module: str, task: str, check: str, prepare: str = "") -> None:
    """Run one check of `test_<module>.py` on the functions in `env`, the notebook's variables.

    `prepare` names the given code's function of the kit's seed. Raises what the check raises.
    """
    settings = json.loads((HERE / "inputs" / "settings.json").read_text(encoding="utf-8"))
    if prepare:
        owner, _, function = prepare.rpartition(".")
        getattr(importlib.import_module(owner), function)(settings.get("seed", 0))
    if task not in env:
        raise NotAttempted(f"{task}: {NOT_WRITTEN}; run the cell that defines it")
    before = sys.modules.get(module)
    sys.modules[module] = _notebook_as(module, env)
    try:
        checks = runpy.run_path(str(HERE / f"test_{module}.py"))
        wanted = checks[check].__code__.co_varnames[: checks[check].__code__.co_argcount]
        checks[check](**({"settings": settings} if "settings" in wanted else {}))
    except NotImplementedError:
        raise NotAttempted(f"{task}: {NOT_WRITTEN}") from None
    finally:
        if before is None:
            del sys.modules[module]
        else:
            sys.modules[module] = before


def _notebook_as(name: str, env: dict[str, Any]) -> types.ModuleType:
    """The notebook's variables as a module, for checks that import it."""
    module = types.ModuleType(name)
    vars(module).update({key: value for key, value in env.items() if not key.startswith("__")})
    return module

"""Next week's kit, as a skeleton that already proves itself."""

from __future__ import annotations

from .plan import Plan, PlanError, module_of
from .write import write

__all__ = ["Plan", "PlanError", "module_of", "write"]

"""Writes a new kit: sources from templates, then the handout that `kit sync` makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..handout import put
from ..handout import write as sync
from .plan import Plan, PlanError

TREES = ("autograder/kits", "solutions", "assignments")
SUFFIX = ".j2"


def write(root: Path, plan: Plan) -> list[str]:
    """Write the kit into the three trees of `root`; returns the paths of the files, sorted.

    Raises PlanError where something of that name is there already; nothing is overwritten.
    """
    if there := [tree for tree in TREES if (root / tree / plan.slug).exists()]:
        raise PlanError(
            f"Expected no {plan.slug} yet, found one in {', '.join(there)}. "
            "Take another slug, or remove what is there."
        )
    files = sources(plan)
    put(files, root)
    handout = [difference.path for difference in sync(root, plan.slug)]
    return sorted({*files, *handout})


def sources(plan: Plan) -> dict[str, bytes]:
    """What an author writes of a kit, by path in the repository."""
    return {path: text.encode() for path, text in _rendered(plan)}


def _rendered(plan: Plan) -> Iterator[tuple[str, str]]:
    # What is written are Python, TOML and Markdown, in which nothing is to be escaped.
    environment = Environment(
        loader=PackageLoader(__name__.rpartition(".")[0]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters["quoted"] = partial(json.dumps, ensure_ascii=False)
    folders = {"checks": f"autograder/kits/{plan.slug}", "solution": f"solutions/{plan.slug}"}
    for name in environment.list_templates():
        tree, _, path = name.removesuffix(SUFFIX).partition("/")
        path = path.replace("MODULE", plan.module)
        yield f"{folders[tree]}/{path}", environment.get_template(name).render(plan=plan)

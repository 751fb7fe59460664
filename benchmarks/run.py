"""Measure the parts of docs/benchmarks.md and write them into the page.

`python benchmarks/run.py [PART…]` measures all parts, or those named. Each takes minutes: run nothing else on
the machine meanwhile.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import hostile
import single
import start
import watch
import whole_class
from common import ROOT, machine, paragraph

PAGE = ROOT / "docs" / "benchmarks.md"
PARTS: dict[str, Callable[[Path], str]] = {
    "single": single.measure,
    "start": start.measure,
    "class": whole_class.measure,
    "hostile": hostile.measure,
    "watch": watch.measure,
}


def main() -> None:
    """Measure the parts that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; default: all")
    names = parser.parse_args().parts or list(PARTS)
    if unknown := sorted(set(names) - set(PARTS)):
        parser.error(f"expected parts among {', '.join(PARTS)}, found {', '.join(unknown)}")
    for name in names:
        with tempfile.TemporaryDirectory(prefix="bench-") as work:
            section = PARTS[name](Path(work))
        source = paragraph(f"Measured by `python benchmarks/run.py {name}` on {machine()}.")
        PAGE.write_text(with_part(PAGE.read_text("utf-8"), name, f"{section}\n\n{source}"), encoding="utf-8")
        print(section)


def with_part(page: str, name: str, section: str) -> str:
    """Return the page with the section of one part replaced."""
    begin, end = f"<!-- part: {name} -->\n", f"\n<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"Expected {begin.strip()} and {end.strip()} in {PAGE.name}.")
    return pattern.sub(lambda match: f"{begin}{section}{end}", page)


if __name__ == "__main__":
    main()

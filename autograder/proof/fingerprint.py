"""Compute a hash of everything that a calibration depends on.

Docstrings, comments, thresholds and the messages of checks do not count.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from ..kit import CHECK_FILES, Kit, KitError
from .answers import alternatives, solution

SETTINGS = "settings.json"
Function = ast.FunctionDef


def calibration_fingerprint(root: Path, kit: Kit, setting: str) -> str:
    """Return the SHA-256 of what decides the accuracies of right answers for a threshold; raises KitError."""
    digest = hashlib.sha256()
    for part in _parts(root, kit, setting):
        digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()


def _parts(root: Path, kit: Kit, setting: str) -> Iterator[bytes]:
    path = calibration_path(root, kit)
    if not path.is_file() or kit.config.train is None:
        raise KitError(
            f"{kit.slug}: [calibrated] in kit.toml needs `train`, the training that is graded, and "
            f"{path.name} beside it, which draws the weights to start from."
        )
    calibration = path.read_text(encoding="utf-8")
    yield without_comments(calibration).encode()
    modules = {f"{name}.py" for name in imports(calibration)} | {kit.config.train.partition(".")[0] + ".py"}
    for name, content in sorted(kit.files.items()):
        _, _, file = name.partition("/")
        if name.startswith("given/") and file in modules:
            yield without_comments(content.decode()).encode()
        elif file and not file.endswith(".py") and not name.endswith(SETTINGS):
            yield content
    settings = {name: value for name, value in kit.all_settings.items() if name not in kit.calibrated}
    yield json.dumps(settings, sort_keys=True, default=str).encode()
    for name in CHECK_FILES:
        yield "\n".join(check_code(kit.files[name].decode(), kit.calibrated[setting])).encode()
    for answer in (solution(root, kit), *alternatives(root, kit)):
        yield without_comments(answer.text).encode()


def calibration_path(root: Path, kit: Kit) -> Path:
    """Return the path of the module that defines the initial weights of networks."""
    return root / "autograder" / "kits" / kit.slug / "calibration.py"


def imports(text: str) -> set[str]:
    """Return the modules that a program imports by name."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
    return {alias.name for node in nodes for alias in node.names}


def check_code(text: str, check: str) -> list[str]:
    """Return the code of a check and of its fixtures without comments, in the order of the file."""
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, Function)}
    needed, left = set[str](), [check]
    while left:
        if (name := left.pop()) in functions and name not in needed:
            needed.add(name)
            left += [argument.arg for argument in functions[name].args.args]
    lines = text.splitlines()
    parts = (functions[name] for name in functions if name in needed)
    return [without_comments("\n".join(lines[part.lineno - 1 : part.end_lineno])) for part in parts]


def without_comments(text: str) -> str:
    """Return a program without docstrings, comment lines and empty lines."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno, node.body[0].end_lineno
            lines[first - 1 : last] = [""] * ((last or first) - first + 1)
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))

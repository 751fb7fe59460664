"""The program for the inside is one file that needs nothing but Python."""

from __future__ import annotations

import ast
import io
import sys
import zipfile

from autograder.sandbox import filesystem as box


def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(box.build()))


def test_it_tells_nothing_about_where_it_came_from():
    with archive() as files:
        for name in files.namelist():
            assert b"autograder" not in files.read(name)
            assert name == "__main__.py" or name.startswith("box/")


def test_the_inside_imports_the_standard_library_and_the_wire_alone():
    with archive() as files:
        for name in files.namelist():
            if not name.startswith("box/inside/"):
                continue
            for node in ast.walk(ast.parse(files.read(name))):
                if isinstance(node, ast.Import):
                    assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    assert str(node.module).partition(".")[0] in sys.stdlib_module_names
                elif isinstance(node, ast.ImportFrom) and node.level == 2:
                    assert (node.module or node.names[0].name).partition(".")[0] == "wire"


def test_the_same_sources_make_the_same_bytes():
    assert box.build() == box.build()

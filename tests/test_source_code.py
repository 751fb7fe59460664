"""Python source is read as a tree, and what cannot be read is one sentence with its place."""

from __future__ import annotations

import pytest

from autograder.source_code import SourceError, functions, imported_modules, parse, try_parse


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\ndef f(:\n", "a.py, line 2: "),
        ("return 1 +", "a.py, line 1: "),
        ("x = '\0'", "a.py"),
        ("(" * 5000 + ")" * 5000, "a.py"),
    ],
)
def test_what_is_no_python_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(text, "a.py")
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)
    assert try_parse(text) is None


def test_an_invalid_escape_is_no_matter_of_ours() -> None:
    assert try_parse("'\\d'") is not None


def test_functions_at_module_level_are_found_by_name() -> None:
    tree = parse("def f(): 1\nclass C:\n    def g(self): pass\nasync def h(): pass\ndef f(): 2\n", "a.py")
    assert [(name, node.lineno) for name, node in functions(tree).items()] == [("f", 5)]


def test_imports_are_found_anywhere_by_their_first_name() -> None:
    text = "import a.b, c as d\nfrom e.f import g\nfrom . import h\ndef f():\n    from i import j\n"
    assert imported_modules(parse(text, "a.py")) == {"a", "c", "e", "i"}

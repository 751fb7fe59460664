"""Python source is read as a tree: what is no Python is one sentence, and what uses what is known."""

from __future__ import annotations

import ast
import sys
import time

import pytest

from autograder.source_code import (
    CallGraph,
    SourceError,
    definitions,
    drop,
    first_line,
    is_stub,
    newer_python,
    parse,
    syntax_advice,
    try_parse,
)


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


def test_functions_and_classes_at_module_level_are_found_by_name() -> None:
    tree = parse("def f(): 1\nclass C:\n    def g(self): pass\nasync def h(): pass\ndef f(): 2\n", "a.py")
    assert [(name, node.lineno) for name, node in definitions(tree).items()] == [("f", 5), ("C", 2)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise NotImplementedError", True),
        ("'What it does.'\n    raise NotImplementedError('f')", True),
        ("...\n    raise NotImplementedError()\n    raise NotImplementedError", True),
        ("pass", False),
        ("x = 1\n    raise NotImplementedError", False),
        ("raise ValueError", False),
        ("if x: raise NotImplementedError", False),
        ("super().__init__(x)\n    raise NotImplementedError", True),
    ],
)
def test_a_stub_raises_and_does_no_more(body: str, expected: bool) -> None:
    (node,) = ast.parse(f"def f(x=1):\n    {body}\n").body
    assert isinstance(node, ast.FunctionDef)
    assert is_stub(node) == expected


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        (["raise NotImplementedError", "return 1"], True),
        (["super().__init__()\n        raise NotImplementedError"], True),
        (["return 1", "return 2"], False),
        ([], False),
    ],
)
def test_a_class_is_a_stub_while_a_method_raises(bodies: list[str], expected: bool) -> None:
    methods = "".join(f"    def f{place}(self):\n        {body}\n" for place, body in enumerate(bodies))
    (node,) = ast.parse(f"class C:\n    'About.'\n{methods}").body
    assert isinstance(node, ast.ClassDef)
    assert is_stub(node) == expected


@pytest.mark.parametrize(
    ("text", "dropped", "expected"),
    [
        ("x = 1\ny = 2\n", [0], "0    \ny = 2\n"),
        ("x = 'é'; y = 2; z = 3\n", [1], "x = 'é'; 0    ; z = 3\n"),
        ("@a\ndef f():\n    return 1  # one\nx = 1", [0], "  \n        \n0             # one\nx = 1"),
        ('x = """\n""" ; y = 2\n', [0], "       \n0   ; y = 2\n"),
        ("x = 1\r\ny = 2\r\n", [1], "x = 1\n0    \n"),
    ],
)
def test_a_dropped_statement_moves_no_other(text: str, dropped: list[int], expected: str) -> None:
    tree = ast.parse(text)
    assert drop(text, [tree.body[index] for index in dropped]) == expected
    kept = [ast.unparse(node) for index, node in enumerate(tree.body) if index not in dropped]
    assert [ast.unparse(node) for node in ast.parse(expected).body if ast.unparse(node) != "0"] == kept


def test_the_first_line_is_that_of_the_first_decorator() -> None:
    text = "\n@a(\n  1)\n@b\ndef f(): pass\n"
    (node,) = ast.parse(text).body
    assert first_line(node) == 2


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
def test_a_newer_python_is_named() -> None:
    with pytest.raises(SyntaxError) as raised:
        compile("type X = int\n", "f.py", "exec")
    assert newer_python(raised.value) == (
        " Python 3.12 and newer may read this line; the grader has Python 3.11."
    )
    with pytest.raises(SyntaxError) as raised:
        compile("x = (\n", "f.py", "exec")
    assert newer_python(raised.value) == ""


@pytest.mark.parametrize("args", [(), (5,), ("said", ("f.py", 1, 1, None)), (None, ("f.py", 1, 1, 7))])
def test_an_error_that_code_raises_itself_may_have_no_texts(args: tuple[object, ...]) -> None:
    assert syntax_advice(SyntaxError(*args)) == ""


def test_a_long_line_is_searched_in_a_moment() -> None:
    line = 'f"' + "{" * 200_000 + '"'
    began = time.monotonic()
    syntax_advice(SyntaxError("f-string: expecting '}'", ("f.py", 1, 1, line)))
    assert time.monotonic() - began < 5


def read(text: str) -> CallGraph:
    """The functions of a program."""
    return CallGraph(ast.parse(text))


CHAIN = """
def top(): return middle()
def middle(): return [bottom for _ in "x"]
def bottom(): return 1
def alone(): return top.__name__ and 2
"""


def test_a_function_needs_what_it_uses_directly_and_through_others() -> None:
    """Names count wherever they stand, called or not."""
    assert read(CHAIN).needed_by(["top"]) == {"top", "middle", "bottom"}
    assert read(CHAIN).needed_by(["bottom"]) == {"bottom"}
    assert read(CHAIN).needed_by(["print"]) == set()


def test_a_change_reaches_all_that_use_the_function() -> None:
    """What the function itself uses is not reached."""
    assert read(CHAIN).reached_from("middle") == {"middle", "top", "alone"}
    assert read(CHAIN).reached_from("alone") == {"alone"}


def test_functions_that_use_each_other_are_both_reached() -> None:
    """A circle has an end."""
    circle = read("def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)")
    assert circle.reached_from("odd") == circle.needed_by(["odd"]) == {"even", "odd"}


def test_what_runs_while_loading_may_reach_everything() -> None:
    """A decorator registers, a statement replaces: no function is safe from it."""
    assert read("def a(): pass\ndef b(): pass\nTABLE = [a]").reached_from("a") == {"a", "b"}
    marked = read("def mark(f): return f\n@mark\ndef b(): pass\ndef c(): pass")
    assert marked.reached_from("mark") == {"mark", "b", "c"}


def test_a_name_in_a_string_is_a_use() -> None:
    """As in `globals()["bottom"]`."""
    assert read('def top(): return globals()["low"]()\ndef low(): pass').needed_by(["top"]) == {"top", "low"}


def test_the_last_definition_counts() -> None:
    """An answer overrides the solution by standing after it."""
    reach = read("def f(): return g()\ndef g(): pass\ndef f(): return 1")
    assert reach.needed_by(["f"]) == {"f"}


def test_modules_are_joined_as_if_written_one_after_the_other() -> None:
    """A later definition replaces an earlier one with all that it uses."""
    parts = [CHAIN, "def middle(): return other()\ndef other(): return alone", "@other\ndef late(): pass"]
    joined, written = CallGraph.joined(map(read, parts)), read("\n".join(parts))
    assert joined.functions.keys() == written.functions.keys()
    assert joined.loading == written.loading == {"other", "alone", "top", "middle"}
    for name in written.functions:
        assert joined.reached_from(name) == written.reached_from(name)
        assert joined.needed_by([name]) == written.needed_by([name])

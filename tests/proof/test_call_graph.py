"""What a change to one function of a program can reach."""

from __future__ import annotations

import ast

from autograder.proof.call_graph import CallGraph


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

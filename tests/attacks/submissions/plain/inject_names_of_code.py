"""Raises from functions and files whose names are markup and commands of a terminal."""

# honest: add count greet


def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


name = "<b onclick=alert(1)>\x1b[2J"
space = {}
exec(compile("def lost():\n    raise LookupError('=1+1')", f"/tmp/../{name}.py", "exec"), space)
space["lost"].__code__ = space["lost"].__code__.replace(co_name=name)


def mean(numbers):
    space["lost"]()

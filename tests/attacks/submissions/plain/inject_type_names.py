"""Returns objects whose classes are called like markup, formulas and commands of a terminal."""

# honest: add count


def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def mean(numbers):
    return type("<img src=x onerror=alert(1)>\x1b]0;owned\x07\u202e[bold red]", (), {})()


def greet(name):
    return "</pre><script>alert(1)</script>\x1b[2J\x1b[31m[bold red]{{ 7*7 }}\u202e;=HYPERLINK(1)"

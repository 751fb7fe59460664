"""Puts markup, terminal escapes and formulas into what it raises and prints."""

# honest: add count greet

def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


print("<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07[bold red]=HYPERLINK(1)\u202egnp")
def mean(numbers):
    raise ValueError("<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07[bold red]=HYPERLINK(1)\u202egnp")

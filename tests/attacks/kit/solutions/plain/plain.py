"""Four small tasks, a few lines each, so that a hostile submission can hold all of them."""


def add(left, right):
    """Return the sum of two numbers."""
    ### BEGIN SOLUTION
    return left + right
    ### END SOLUTION


def mean(numbers):
    """Return the mean of an array as a float."""
    ### BEGIN SOLUTION
    return float(numbers.mean())
    ### END SOLUTION


def count(words):
    """Return how often each word occurs: a dictionary in the order of first appearance."""
    ### BEGIN SOLUTION
    return {word: words.count(word) for word in words}
    ### END SOLUTION


def greet(name):
    """Return a greeting: `greet("Ada")` is `Hello, Ada!`."""
    ### BEGIN SOLUTION
    return f"Hello, {name}!"
    ### END SOLUTION

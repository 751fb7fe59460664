"""Smooth a series of numbers."""

from contextlib import contextmanager


class Smoother:
    """Smooths numbers: each output is the last one, moved towards the new number by `rate`.

    A call with a number returns the output. The smoother keeps its outputs: it has a length, items and an
    order. `paused()` is a context in which it keeps its last output and remembers nothing.
    """

    def __init__(self, rate):
        super().__init__()
        ### BEGIN SOLUTION
        self.rate = rate
        self.outputs = []
        self.stopped = False
        ### END SOLUTION

    def __call__(self, number):
        ### BEGIN SOLUTION
        if self.stopped:
            return self.outputs[-1]
        last = self.outputs[-1] if self.outputs else number
        self.outputs.append(last + self.rate * (number - last))
        return self.outputs[-1]
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.outputs)
        ### END SOLUTION

    def __getitem__(self, place):
        ### BEGIN SOLUTION
        return self.outputs[place]
        ### END SOLUTION

    @contextmanager
    def paused(self):
        ### BEGIN SOLUTION
        self.stopped = True
        yield self
        self.stopped = False
        ### END SOLUTION

    def get_config(self):
        """Return what makes an equal smoother."""
        return {"rate": self.rate}

    @classmethod
    def from_config(cls, config):
        """Return a smoother that `get_config` describes."""
        return cls(**config)


def build(rate):
    """Return a new `Smoother`; its attribute `inner` is an object of your own."""
    ### BEGIN SOLUTION
    smoother = Smoother(rate)
    smoother.inner = object()
    return smoother
    ### END SOLUTION


def total(numbers):
    """Return the sum of numbers."""
    ### BEGIN SOLUTION
    return sum(numbers)
    ### END SOLUTION

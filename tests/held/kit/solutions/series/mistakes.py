"""Wrong answers, each with the checks that must fail on it."""


class shares_what_it_saw:
    """All smoothers share what they saw."""

    FAILS = ("test_build_shares_nothing",)

    def build(rate, shared=[]):  # noqa: B006
        smoother = Smoother(rate)  # noqa: F821
        smoother.outputs, smoother.inner = shared, object()
        return smoother


class forgets_the_rate:
    """Every output is the number itself."""

    FAILS = (
        "test_smoother_keeps_what_it_saw",
        "test_smoother_follows_other_numbers",
        "test_build_makes_a_smoother",
        "test_build_shares_nothing",
    )

    class Smoother:
        def __init__(self, rate):
            self.rate, self.outputs = rate, []

        def __call__(self, number):
            self.outputs.append(number)
            return number

        def __len__(self):
            return len(self.outputs)

        def __getitem__(self, place):
            return self.outputs[place]


class counts_only:
    """Returns how many numbers there are."""

    FAILS = ("test_total_of_two_numbers", "test_total_of_other_numbers")

    def total(numbers):
        return len(numbers)

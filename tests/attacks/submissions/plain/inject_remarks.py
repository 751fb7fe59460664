"""Fails to load with words that staff could take for the grader's own, and with a formula."""

# honest:
# status: unreadable

raise ValueError("oops;=HYPERLINK(1)\n;@SUM(1)\t=1+1 The same as what honest handed in. Decided by a person: 10.")

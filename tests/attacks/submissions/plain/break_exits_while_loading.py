"""Ends its process while it is loaded."""

# honest:
# status: unreadable

import os

os._exit(0)

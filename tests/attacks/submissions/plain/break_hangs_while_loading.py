"""Never finishes loading."""

# honest:
# status: unreadable

while True:
    pass

"""Review a class in the browser: a local page on which to decide about groups of answers."""

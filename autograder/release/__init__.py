"""Build the files that a kit's release consists of."""

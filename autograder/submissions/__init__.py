"""Find, read and select what students handed in."""

"""Read the graded Python of a notebook: its cells, without magics, with what `explore` cells define."""

"""Given code of the toy kit."""

import json
import random
from pathlib import Path

import numpy as np

INPUT_FOLDERS = [Path(__file__).parent / "inputs"]


def deterministic(seed):
    """Set every random seed."""
    random.seed(seed)
    np.random.seed(seed)


def load(name):
    """The input called `name`, as an array."""
    for folder in INPUT_FOLDERS:
        if (folder / f"{name}.json").exists():
            return np.array(json.loads((folder / f"{name}.json").read_text()), dtype="float64")
    raise FileNotFoundError(name)

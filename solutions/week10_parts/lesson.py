"""Week 10: pictures of parts and things, MobileNet, and the story. Nothing here is yours.

Every picture has 24 × 24 points: 0 where it is empty, 1 on a stroke, and then strong noise over all of it.
`python lesson.py` in your folder tells the lesson's story with your functions.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from support import (
    Comparison,
    Counts,
    Drawing,
    Plot,
    accuracy,
    all_layers,
    count_parameters,
    counts_text,
    draw,
    draw_weights,
    fail,
    fit,
    keras,
    load,
    set_deterministic,
)

# isort: split
import numpy as np
from support.drawing import BLUE, ORANGE
from support.language import gettext as _

SIDE = 24
NOISE = 0.45

Point = tuple[float, float]
Strokes = list[np.ndarray]

# Row and column of every point, (24, 24) each.
ROWS, COLUMNS = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")


def line(start: Point, end: Point) -> np.ndarray:
    """Return the distance (24, 24) of every point from a line between two points (row, column)."""
    (top, left), (down, right) = start, (end[0] - start[0], end[1] - start[1])
    along = ((ROWS - top) * down + (COLUMNS - left) * right) / max(down**2 + right**2, 1e-9)
    along = np.clip(along, 0, 1)
    return np.hypot(ROWS - top - along * down, COLUMNS - left - along * right)


def ring(centre: Point, radius: float) -> np.ndarray:
    """Return the distance (24, 24) of every point from a circle; a radius of 0 makes a dot."""
    return np.abs(np.hypot(ROWS - centre[0], COLUMNS - centre[1]) - radius)


def edge(at: Point, size: float) -> Strokes:
    """Draw a level line."""
    return [line((at[0], at[1] - size), (at[0], at[1] + size))]


def upright(at: Point, size: float) -> Strokes:
    """Draw an upright line."""
    return [line((at[0] - size, at[1]), (at[0] + size, at[1]))]


def wheel(at: Point, size: float) -> Strokes:
    """Draw a ring."""
    return [ring(at, size)]


def eye(at: Point, size: float) -> Strokes:
    """Draw a ring with a dot in it."""
    return [ring(at, size), ring(at, 0)]


def nose(at: Point, size: float) -> Strokes:
    """Draw a triangle that stands on its side."""
    peak, left, right = (at[0] - size, at[1]), (at[0] + size, at[1] - size), (at[0] + size, at[1] + size)
    return [line(peak, left), line(peak, right), line(left, right)]


def cross(at: Point, size: float) -> Strokes:
    """Two lines that cross aslant."""
    (row, column), arm = at, 0.8 * size
    return [
        line((row - arm, column - arm), (row + arm, column + arm)),
        line((row - arm, column + arm), (row + arm, column - arm)),
    ]


def bicycle(at: Point, size: float) -> Strokes:
    """Two wheels, and a bar between their hubs."""
    left, right = (at[0], at[1] - 1.5 * size), (at[0], at[1] + 1.5 * size)
    return [*wheel(left, size), *wheel(right, size), line(left, right)]


def face(at: Point, size: float) -> Strokes:
    """Two eyes, and a nose below them."""
    above = at[0] - size
    eyes = [*eye((above, at[1] - 1.4 * size), size), *eye((above, at[1] + 1.4 * size), size)]
    return [*eyes, *nose((at[0] + 1.2 * size, at[1]), 0.8 * size)]


def house(at: Point, size: float) -> Strokes:
    """Draw a roof like a nose, two upright walls and a floor."""
    row, column = at
    roof = nose((row - size, column), size)
    walls = [*upright((row + size, column - size), size), *upright((row + size, column + size), size)]
    return [*roof, *walls, *edge((row + 2 * size, column), size)]


def windmill(at: Point, size: float) -> Strokes:
    """Draw a cross of sails on an upright mast."""
    return [*cross((at[0] - size, at[1]), 1.4 * size), *upright((at[0] + size, at[1]), 1.5 * size)]


PARTS: tuple[Callable[[Point, float], Strokes], ...] = (edge, upright, wheel, eye, nose, cross)
THINGS: tuple[Callable[[Point, float], Strokes], ...] = (bicycle, face, house, windmill)

# The least and the greatest size, and how far from the edge of the picture the centre is, in points.
PART_SIZES, PART_ROOM = (3.0, 5.0), 5.5
THING_SIZES, THING_ROOM = (3.0, 3.8), 9.0


def clean(kind: Callable[[Point, float], Strokes], at: Point, size: float) -> np.ndarray:
    """One picture (24, 24) without noise: strokes about two points wide."""
    return np.clip(1.5 - np.min(kind(at, size), axis=0), 0, 1)


def draw_pictures(
    kinds: Sequence[Callable[[Point, float], Strokes]],
    sizes: tuple[float, float],
    room: float,
    each: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """`each` noisy pictures of every kind, in turn, at random places: x (n, 24, 24, 1), y (n, kinds)."""
    rng = np.random.default_rng(seed)
    labels = np.tile(np.arange(len(kinds)), each)
    pictures = [
        clean(kinds[label], tuple(rng.uniform(room, SIDE - 1 - room, 2)), rng.uniform(*sizes))
        for label in labels
    ]
    x = np.stack(pictures)[..., None] + rng.normal(0, NOISE, (len(labels), SIDE, SIDE, 1))
    return x.astype(np.float32), np.eye(len(kinds), dtype=np.float32)[labels]


def parts(each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what the donor learns from: `each` pictures of every part, drawn from `seed`.

    x (6 each, 24, 24, 1) grey pictures. y (6 each, 6) one-hot: edge, upright edge, wheel, eye, nose, cross.
    """
    return draw_pictures(PARTS, PART_SIZES, PART_ROOM, each, seed)


def things(each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what you have: `each` pictures of every thing, drawn from `seed`.

    x (4 each, 24, 24, 1) grey pictures. y (4 each, 4) one-hot: bicycle, face, house, windmill.
    """
    return draw_pictures(THINGS, THING_SIZES, THING_ROOM, each, seed)


def mobilenet(imagenet: bool = False, side: int = 32) -> keras.Model:
    """MobileNetV3Small without its top, for pictures (side, side, 3): what comes out are maps.

    By default its narrowest variant, with weights that NumPy draws, the same ones at every call. With
    `imagenet` the usual one, with the weights that were trained on ImageNet, if they can be had: from Keras'
    folder of downloads, or from the network.
    """
    build = keras.applications.MobileNetV3Small
    if imagenet:
        try:
            with warnings.catch_warnings():
                # Keras warns that the weights are those for larger pictures.
                warnings.filterwarnings("ignore", message="`input_shape` is undefined")
                return build((side, side, 3), minimalistic=True, include_top=False, weights="imagenet")
        except Exception as problem:
            print(_("No ImageNet weights can be had ({problem}): these are drawn.", problem=problem))
    network = build((side, side, 3), alpha=0.25, minimalistic=True, include_top=False, weights=None)
    draw_weights(network, seed=0)
    # Keras numbers what it names itself through the whole process: two of these would not be called alike.
    for place, layer in enumerate(network.layers):
        if isinstance(layer, keras.layers.InputLayer | keras.layers.Rescaling | keras.layers.ReLU):
            layer.name = f"mobilenet_{place}"
    return network


def layers(model: Any) -> list[Any]:
    """All layers of a network, in order; a network among them is replaced by its own layers."""
    found: list[Any] = []
    for layer in model.layers:
        found += layers(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def show_parts() -> Plot:
    """Plot the six parts that the donor learns, without and with noise."""
    return _kinds(PARTS, PART_SIZES[1], parts(1, seed=1)[0])


def show_things() -> Plot:
    """Plot the four things that are made of them, without and with noise."""
    return _kinds(THINGS, THING_SIZES[1], things(1, seed=1)[0])


def show_filters(model: Any) -> Plot:
    """Plot the kernels of the first convolution: what its maps look for, framed as frozen or trainable."""
    layer = first_convolution(model)
    kernels = layer.get_weights()[0]
    images = [kernels[:, :, :, number].mean(axis=2) for number in range(kernels.shape[3])]
    plot = _grid([(f"{number}", image) for number, image in enumerate(images, 1)], "RdBu_r", centred=True)
    trained = {id(variable) for variable in model.trainable_variables}
    _frame(plot, ORANGE if id(layer.kernel) in trained else BLUE)
    return plot


def show_answers(model: Any, seed: int = 1) -> Plot:
    """Plot a bicycle, and the map of each filter of the first convolution: bright where it answers."""
    bicycle = things(1, seed)[0][:1]
    layer = first_convolution(model)
    maps = np.asarray(keras.ops.relu(layer(bicycle)))[0]
    images = [(f"{number}", maps[:, :, number - 1]) for number in range(1, maps.shape[2] + 1)]
    return _grid([(_("bicycle"), bicycle[0, :, :, 0]), *images], "gray")


def first_convolution(model: Any) -> Any:
    """Return the first Conv2D of a network; raise AssertionError if it has none."""
    found = [layer for layer in all_layers(model) if isinstance(layer, keras.layers.Conv2D)]
    if not found:
        fail("a network with a Conv2D layer", "one without any")
    return found[0]


def _kinds(kinds: Any, size: float, noisy: np.ndarray) -> Plot:
    middle = ((SIDE - 1) / 2, (SIDE - 1) / 2)
    names = {edge: _("edge"), upright: _("upright"), wheel: _("wheel"), eye: _("eye"), nose: _("nose")}
    names |= {cross: _("cross"), bicycle: _("bicycle"), face: _("face"), house: _("house")}
    names |= {windmill: _("windmill")}
    tidy = [(names[kind], clean(kind, middle, size)) for kind in kinds]
    return _grid([*tidy, *(("", picture[:, :, 0]) for picture in noisy)], "gray", columns=len(kinds))


def _grid(
    images: list[tuple[str, np.ndarray]], colours: str, columns: int = 8, centred: bool = False
) -> Plot:
    from matplotlib.figure import Figure

    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.2 * columns, 1.35 * rows), layout="constrained", facecolor="white")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for place in axes:
        place.axis("off")
    for place, (title, image) in zip(axes, images, strict=False):
        most = float(np.abs(image).max())
        limits = {"vmin": -most, "vmax": most} if centred else {}
        place.imshow(image, cmap=colours, **limits)
        place.set_title(title, fontsize=8)
    return Plot(figure)


def _frame(plot: Plot, colour: str) -> None:
    """Frame the pictures of filters, and say in a legend what all colours mean."""
    from matplotlib.patches import Patch

    for place in plot.figure.axes:
        place.axis("on")
        place.set(xticks=[], yticks=[])
        for side in place.spines.values():
            side.set(color=colour, linewidth=2)
    legend = [
        Patch(fill=False, linewidth=3, edgecolor=BLUE, label=_("frozen")),
        Patch(fill=False, linewidth=3, edgecolor=ORANGE, label=_("trains")),
        Patch(color="#b2182b", label=_("wants light")),
        Patch(color="#2166ac", label=_("wants dark")),
    ]
    plot.figure.legend(handles=legend, loc="outside lower center", ncols=len(legend), fontsize=9)


def solved(task: str, borrow: ModuleType) -> str:
    """Return what a task that is solved makes of the lesson's networks, as text with colours."""
    if task == "extract_features":
        x, _ = things(1, seed=1)
        return _table(borrow.extract_features(load("parts_body"), x))
    return _answer(task, borrow).text(colour=True)


def compared(task: str, borrow: ModuleType) -> Comparison | None:
    """Return what a task makes of the lesson's networks, beside what is expected; None for features."""
    if task == "extract_features":
        return None
    graft, network = draw(load("things_graft")), draw(mobilenet())
    top = graft.layers[-1]
    thawed = [layer._replace(trainable=place in (4, 6)) for place, layer in enumerate(graft.layers)]
    frozen = [layer._replace(trainable=False) for layer in network.layers]
    total = network.counts.total
    expected = {
        "cut_body": draw(load("learned_body")),
        "freeze": draw(load("parts_body")),
        "add_softmax": graft,
        "take_top": Drawing((32,), (top,), Counts(132, 132, 0)),
        "thaw_last_block": Drawing(graft.shape, tuple(thawed), Counts(14500, 9380, 5120)),
        "borrow_network": Drawing(
            network.shape, (*frozen, top._replace(parameters=580)), Counts(total + 580, 580, total)
        ),
    }
    return Comparison(_answer(task, borrow), expected[task])


def _answer(task: str, borrow: ModuleType) -> Drawing:
    """Return a drawing of what a task makes of one of the lesson's networks."""
    arguments = {
        "cut_body": "parts_donor",
        "freeze": "learned_body",
        "add_softmax": "parts_body",
        "take_top": "new_graft",
        "thaw_last_block": "things_graft",
    }
    argument = load(arguments[task]) if task in arguments else mobilenet()
    return draw(getattr(borrow, task)(argument))


def _table(features: Any) -> str:
    """Return the features of one picture of each thing, a line each, as shades."""
    shades = " ░▒▓█"
    most = max(float(features.max()), 1e-9)
    lines = []
    for name, row in zip((_("bicycle"), _("face"), _("house"), _("windmill")), features, strict=True):
        marks = (shades[min(4, max(0, int(5 * value / most)))] for value in row)
        lines.append(f"{name:<9} {''.join(marks)}")
    return "\n".join(lines)


def tell() -> None:
    """Borrow a network that has learned parts, for things that are made of them."""
    settings = load("settings")
    seed = settings["seed"]
    set_deterministic(seed)
    few = things(settings["each"], seed)
    new = things(settings["new_each"], settings["new_seed"])

    print(_("A donor has learned six parts. You have {count} pictures of four things.", count=len(few[0])))
    body = _ask("cut_body", load("parts_donor"), otherwise="learned_body")
    body = _ask("freeze", body, otherwise="parts_body")
    print("  " + _("frozen body: {counts}", counts=counts_text(count_parameters(body))))

    print()
    print(_("A new top on the donor's body, and on a frozen body that has learned nothing."))
    blank = load("parts_body")
    draw_weights(blank, seed)
    for name, borrowed in ((_("graft"), body), (_("fake"), blank)):
        _learn(name, _ask("add_softmax", borrowed), few, new, settings)

    print()
    print(_("The same on features that were extracted once."))
    graft = load("new_graft")
    start = time.process_time()
    features = _ask("extract_features", load("parts_body"), few[0])
    top = _ask("take_top", graft)
    if features is not None and top is not None:
        fit(top, features, few[1], epochs=settings["top_epochs"], seed=seed)
        used = time.process_time() - start
        epochs = settings["top_epochs"]
        print("  " + _("{epochs} epochs in {used:.1f} s of processor time.", epochs=epochs, used=used))
        print("  " + _("graft: accuracy {value:.3f} on new pictures", value=accuracy(graft, *new)))

    print()
    print(_("The last block thaws, and trains with care."))
    graft = load("things_graft")
    print("  " + _("before: accuracy {value:.3f} on new pictures", value=accuracy(graft, *new)))
    thawed = _ask("thaw_last_block", graft)
    if _can_train("thawed graft", thawed):
        fit(thawed, *few, epochs=settings["thaw_epochs"], seed=seed)
        print("  " + _("after: accuracy {value:.3f} on new pictures", value=accuracy(thawed, *new)))

    print()
    print(_("The same moves with MobileNet."))
    mobile = _ask("borrow_network", mobilenet())
    if mobile is not None:
        print(f"  {counts_text(count_parameters(mobile))}")


def _ask(task: str, *arguments: Any, otherwise: str | None = None) -> Any:
    """Return what the task returns, or else an input of the lesson's."""
    import borrow

    try:
        answer = getattr(borrow, task)(*arguments)
        if not isinstance(answer, np.ndarray):
            all_layers(answer)
    except AssertionError as problem:
        print("  " + _("{task} is not right yet. {problem}", task=task, problem=problem))
    except NotImplementedError:
        print("  " + _("{task} is not written yet.", task=task))
    except AttributeError:
        if hasattr(borrow, task):
            raise
        print("  " + _("borrow.py has no {task}.", task=task))
    else:
        return answer
    return load(otherwise) if otherwise else None


def _can_train(name: str, model: Any) -> bool:
    if model is None:
        return False
    if getattr(model, "optimizer", None) is None or not model.trainable_variables:
        print("  " + _("The {name} cannot train: it is not compiled, or frozen whole.", name=name))
        return False
    return True


def _learn(name: str, model: Any, few: Any, new: Any, settings: Mapping[str, Any]) -> None:
    """Train a model on the few pictures, where there is one to train, and tell what it knows of new ones."""
    if _can_train(name, model):
        model.optimizer.learning_rate = settings["graft_rate"]
        fit(model, *few, epochs=settings["graft_epochs"], seed=settings["seed"])
        counts = counts_text(count_parameters(model))
        value = accuracy(model, *new)
        print("  " + _("{name}: {counts}, accuracy {value:.3f}", name=name, counts=counts, value=value))


if __name__ == "__main__":
    tell()

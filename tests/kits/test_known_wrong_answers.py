"""The misconceptions that hidden checks are there for stand among the known mistakes and alternatives.

`kit prove` runs them; these tests read the files alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.proof.answers import alternatives, mistakes

ROOT = Path(__file__).resolve().parents[2]
# What went wrong, by the mistake that shows it and a task that must lose a check.
MISTAKES = {
    "week09_transfer": {
        "takes_the_softmax_off_the_argument": "drop_top",
        "copies_into_layers_that_all_train": "copy_layers",
        "knows_three_activations": "copy_layers",
        "adds_dropout_to_the_base": "build_base",
        "keeps_one_base_for_all_calls": "build_base",
        "trains_the_base_while_building_it": "build_base",
        "regularizes_and_constrains_the_base": "build_base",
        "compiles_with_a_learning_rate_of_zero": "add_softmax",
        "compiles_with_a_huge_learning_rate": "add_softmax",
        "drops_out_nearly_all_features": "add_softmax",
        "gives_the_loss_no_weight": "add_softmax",
        "spoils_the_base_after_the_graft": "build_transfer_model",
        "needs_three_layers": "freeze",
        "turns_the_flag_of_the_model_around": "freeze",
        "gives_each_of_two_classes_a_sigmoid": "build_base",
        "trains_a_seeded_top_briefly": "add_softmax",
        "lets_the_learning_rate_grow": "add_softmax",
        "grafts_one_unit_for_two_classes": "build_transfer_model",
    },
    "week10_parts": {
        "thaws_while_cutting": "cut_body",
        "adds_dropout_to_the_body": "cut_body",
        "spoils_the_donor_after_the_cut": "cut_body",
        "clips_every_step_away": "add_softmax",
        "uses_one_top_for_all_models": "add_softmax",
        "takes_a_top_that_never_learns": "take_top",
        "rebuilds_averages_with_the_usual_momentum": "cut_body",
        "rescales_pictures_with_colors": "borrow_network",
    },
    "week11_attention": {
        "constrains_its_matrices": "SelfAttention",
        "expects_outputs_as_wide_as_inputs": "SelfAttention",
        "lets_the_learning_rate_fall": "build_reader",
    },
}
ALTERNATIVES = {
    "week09_transfer": ("chooses_schedules_reductions_and_smoothing", "starts_and_steps_otherwise"),
    "week10_parts": ("smooths_labels_and_sums_the_loss",),
}


@pytest.mark.parametrize(
    ("slug", "name", "task"), [(slug, *pair) for slug, known in MISTAKES.items() for pair in known.items()]
)
def test_a_mistake_loses_its_task(slug: str, name: str, task: str) -> None:
    """The mistake is written down, and a check of its task must fail on it."""
    kit = Kit.load(ROOT, slug)
    tasks = {check.name: check.task for check in kit.checks}
    (mistake,) = [answer for answer in mistakes(ROOT, kit) if answer.name == name]
    assert task in mistake.tasks
    assert task in {tasks[check] for check in mistake.fails}


@pytest.mark.parametrize(
    ("slug", "name"), [(slug, name) for slug, names in ALTERNATIVES.items() for name in names]
)
def test_an_unusual_answer_is_an_alternative(slug: str, name: str) -> None:
    """The answer is written down as right, so that every check must pass on it."""
    kit = Kit.load(ROOT, slug)
    assert name in {answer.name for answer in alternatives(ROOT, kit)}


@pytest.mark.parametrize("slug", sorted(MISTAKES))
def test_points_add_up(slug: str) -> None:
    """Each kit has 100 points."""
    assert sum(check.points for check in Kit.load(ROOT, slug).checks) == 100

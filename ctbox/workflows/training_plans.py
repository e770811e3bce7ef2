"""How a training run is scheduled, by architecture or by an existing model's card."""

from __future__ import annotations

from dataclasses import replace

from ctbox.errors import CheckpointError, TrainingDataError
from ctbox.model.card import ModelCard
from ctbox.model.config import (
    ARCHITECTURES,
    DETECTOR,
    SIMPLE_CANCER_CNN,
    ModelConfig,
    TrainingConfig,
    config_from_dict,
    make_baseline_config,
)
from ctbox.model.recipe import SHIPPED_RECIPE, Recipe, Stage, parse_recipe
from ctbox.model.store import read_card

INPUT_SIDES = (256, 512)
"""Columns of the detector's crop; 512 has pixels of half the size over the same field."""


def make_recipe(
    architecture: str,
    epochs: int | None,
    seed: int,
    steps_per_epoch: int | None = None,
    input_side: int = INPUT_SIDES[0],
) -> Recipe:
    """Return how an architecture is trained: the detector as the shipped one was.

    Parameters
    ----------
    architecture : str
        One of `ctbox.model.config.ARCHITECTURES`.
    epochs, steps_per_epoch : int or None
        As for `ctbox.model.recipe.Recipe.with_length`; None for its own.
    seed : int
        Of everything random.
    input_side : int
        One of `INPUT_SIDES`: 512 shows small tumours better and costs more to draw.

    Raises
    ------
    TrainingDataError
        If the architecture or the side is unknown, or does not fit the other.
    """
    if architecture not in ARCHITECTURES:
        raise TrainingDataError(
            f"'{architecture}' is no architecture that can be trained.",
            f"Choose one of {', '.join(ARCHITECTURES)}.",
        )
    recipe = SHIPPED_RECIPE
    if architecture == SIMPLE_CANCER_CNN:
        recipe = Recipe((Stage("first", make_baseline_config()),))
    if input_side != INPUT_SIDES[0]:
        recipe = recipe.with_model(_enlarge_input(recipe.model, input_side))
    return recipe.reseed(seed).with_length(epochs, steps_per_epoch)


def _enlarge_input(model: ModelConfig, side: int) -> ModelConfig:
    if side not in INPUT_SIDES or model.architecture != DETECTOR:
        raise TrainingDataError(
            f"{model.architecture} cannot be trained with an input of {side}.",
            f"Leave --input out, or use {INPUT_SIDES[1]} with {DETECTOR}.",
        )
    rows, columns = model.crop_shape
    return replace(
        model,
        crop_shape=(2 * rows, 2 * columns),
        pixel_size_mm=model.pixel_size_mm / 2,
        stem_factor=2 * model.stem_factor,
    )


def find_recipe(
    model: str | None, epochs: int | None, seed: int = 0, steps_per_epoch: int | None = None
) -> Recipe:
    """Return how to train a model anew on other patients.

    Parameters
    ----------
    model : str or None
        The name of an architecture, or name or folder of a model, whose card tells; None for
        the shipped model.
    epochs, steps_per_epoch : int or None
        As for `ctbox.model.recipe.Recipe.with_length`; None for as many as it was trained for.
    seed : int
        Added to the recipe's own seeds; 0 repeats them.

    Raises
    ------
    CheckpointError
        If there is no such model, or its card is damaged.
    """
    if model in ARCHITECTURES:
        return make_recipe(str(model), epochs, 1 + seed, steps_per_epoch)
    recipe = _read_recipe(read_card(model))
    return recipe.reseed(recipe.seed + seed).with_length(epochs, steps_per_epoch)


def _read_recipe(card: ModelCard) -> Recipe:
    try:
        if "recipe" in card.config:
            return parse_recipe(card.config["recipe"])
        return _gather_recipe(card)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The card of {card.name} does not tell how it was trained ({error})."
        raise CheckpointError(message, "Choose another model, or an architecture.") from error


def _gather_recipe(card: ModelCard) -> Recipe:
    """Return the recipe of a card that holds its stages one by one, without the phantoms."""
    parts = [card.config[name] for name in ("training", "finish") if name in card.config]
    seeds = card.training.synthetic_seeds
    stages = tuple(
        Stage(own.name, config_from_dict(TrainingConfig, part), own.phantoms if seeds else 0)
        for own, part in zip(SHIPPED_RECIPE.stages, parts, strict=False)
    )
    return Recipe(stages, *seeds[:1])

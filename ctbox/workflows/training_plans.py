"""How a training run is scheduled, by architecture or by an existing model's card."""

from __future__ import annotations

from dataclasses import replace

from ctbox.errors import TrainingDataError
from ctbox.model.config import (
    ARCHITECTURES,
    SIMPLE_CANCER_CNN,
    TrainingConfig,
    config_from_dict,
    make_baseline_config,
)
from ctbox.model.store import read_card


def make_config(
    architecture: str, epochs: int | None, seed: int, steps_per_epoch: int | None = None
) -> TrainingConfig:
    """Return the schedule of an architecture, its own where None is given.

    Raises
    ------
    TrainingDataError
        If the architecture is unknown.
    """
    if architecture not in ARCHITECTURES:
        raise TrainingDataError(
            f"'{architecture}' is no architecture that can be trained.",
            f"Choose one of {', '.join(ARCHITECTURES)}.",
        )
    config = (
        make_baseline_config(seed=seed)
        if architecture == SIMPLE_CANCER_CNN
        else TrainingConfig(seed=seed)
    )
    return _shorten(config, epochs, steps_per_epoch)


def _shorten(config: TrainingConfig, epochs: int | None, steps: int | None) -> TrainingConfig:
    if epochs is not None:
        config = replace(config, epochs=epochs)
    return config if steps is None else replace(config, steps_per_epoch=steps)


def find_config(
    model: str | None, epochs: int | None, seed: int, steps_per_epoch: int | None = None
) -> TrainingConfig:
    """Return how to train a model anew on other patients.

    Parameters
    ----------
    model : str or None
        The name of an architecture, or name or folder of a model, whose card tells; None for
        the shipped model.
    epochs, steps_per_epoch : int or None
        None for as many as it was trained for.
    seed : int
        Of everything random.

    Raises
    ------
    CheckpointError
        If there is no such model, or its card is damaged.
    """
    if model in ARCHITECTURES:
        return make_config(str(model), epochs, seed, steps_per_epoch)
    kept = read_card(model).config.get("training", {})
    config = replace(config_from_dict(TrainingConfig, kept), seed=seed)
    return _shorten(config, epochs, steps_per_epoch)

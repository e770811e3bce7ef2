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


def make_config(architecture: str, epochs: int | None, seed: int) -> TrainingConfig:
    """Return the default schedule of an architecture.

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
    if architecture == SIMPLE_CANCER_CNN:
        return make_baseline_config(epochs or 100, seed)
    config = TrainingConfig(seed=seed)
    return config if epochs is None else replace(config, epochs=epochs)


def find_config(model: str | None, epochs: int | None, seed: int) -> TrainingConfig:
    """Return how to train a model anew on other patients.

    Parameters
    ----------
    model : str or None
        The name of an architecture, or name or folder of a model, whose card tells; None for
        the shipped model.
    epochs : int or None
        None for as many as it was trained for.
    seed : int
        Of everything random.

    Raises
    ------
    CheckpointError
        If there is no such model, or its card is damaged.
    """
    if model in ARCHITECTURES:
        return make_config(str(model), epochs, seed)
    kept = read_card(model).config.get("training", {})
    config = replace(config_from_dict(TrainingConfig, kept), seed=seed)
    return config if epochs is None else replace(config, epochs=epochs)

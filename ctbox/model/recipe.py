"""The one description of how a model is trained: stages, phantoms, seeds; free of torch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ctbox.model.config import (
    ModelConfig,
    SampleMix,
    TrainingConfig,
    config_from_dict,
    config_to_dict,
)

PHANTOM_SEED = 4100


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of `ctbox.model.training.fit`, from the weights of the stage before.

    Parameters
    ----------
    name : str
        A word; the stage's state is kept in a folder of this name.
    config : TrainingConfig
        Schedule and mix.
    phantoms : int
        Phantoms trained on beside the patients.
    branches : int
        Runs of this stage, each from the weights of the stage before and with the next seed;
        the mean of their weights goes on. Two seeds differ much on patients never seen, and
        the mean is rarely worse than the better one (Wortsman et al., "Model soups", 2022).
    """

    name: str
    config: TrainingConfig
    phantoms: int = 0
    branches: int = 1

    def branch_out(self) -> tuple[Stage, ...]:
        """Return every branch as a stage of its own."""
        names = [self.name, *(f"{self.name}-{n}" for n in range(2, self.branches + 1))]
        seeds = itertools.count(self.config.seed)
        return tuple(
            replace(self, name=name, branches=1, config=replace(self.config, seed=seed))
            for name, seed in zip(names, seeds, strict=False)
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """All stages of a training, in order.

    Parameters
    ----------
    stages : tuple of Stage
        At least one; all train the same model.
    phantom_seed : int
        Of the phantoms; a later stage's are the earlier one's and more.

    Raises
    ------
    ValueError
        If there is no stage, or stages train different models.
    """

    stages: tuple[Stage, ...]
    phantom_seed: int = PHANTOM_SEED

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("A recipe needs at least one stage.")
        if any(stage.config.model != self.model for stage in self.stages):
            raise ValueError("All stages of a recipe train the same model.")

    @property
    def model(self) -> ModelConfig:
        """What is trained."""
        return self.stages[0].config.model

    @property
    def epochs(self) -> int:
        """Of all stages."""
        return sum(stage.config.epochs for stage in self.stages)

    @property
    def phantoms(self) -> int:
        """How many phantoms are made in all."""
        return max(stage.phantoms for stage in self.stages)

    @property
    def seed(self) -> int:
        """Of the first stage."""
        return self.stages[0].config.seed

    def without_branches(self) -> Recipe:
        """Return the recipe with one run of every stage."""
        return replace(self, stages=tuple(replace(one, branches=1) for one in self.stages))

    def unroll(self) -> Recipe:
        """Return the recipe with every branch as a stage of its own, to count them all."""
        branches = (one.branch_out() for one in self.stages)
        return replace(self, stages=tuple(itertools.chain.from_iterable(branches)))

    def reseed(self, seed: int) -> Recipe:
        """Return the recipe with the first stage's seed, the others' as far from it as before."""
        shift = seed - self.seed
        return self._replace_configs(lambda c: replace(c, seed=c.seed + shift))

    def with_model(self, model: ModelConfig) -> Recipe:
        """Return the recipe for another model."""
        return self._replace_configs(lambda c: replace(c, model=model))

    def with_length(self, epochs: int | None = None, steps: int | None = None) -> Recipe:
        """Return the recipe with other lengths, the stages' proportions kept.

        A stage that is left without an epoch falls away, and no stage has more phantoms than
        it will draw slices of.

        Parameters
        ----------
        epochs : int, optional
            Of all stages together.
        steps : int, optional
            Of the first stage's epochs; the others' change in proportion.
        """
        if epochs is None and steps is None:
            return self
        counts = _share_out(epochs, [stage.config.epochs for stage in self.stages])
        own = self.stages[0].config.steps_per_epoch
        stages = []
        for stage, count in zip(self.stages, counts, strict=True):
            if count == 0:
                continue
            wanted = stage.config.steps_per_epoch
            if steps is not None:
                wanted = max(1, round(steps * wanted / own)) if own and wanted else steps
            config = replace(stage.config, epochs=count, steps_per_epoch=wanted)
            stages.append(replace(stage, config=config, phantoms=_limit_phantoms(stage, config)))
        return replace(self, stages=tuple(stages))

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values, for a model's card."""
        stages = [
            {
                "name": s.name,
                "phantoms": s.phantoms,
                "branches": s.branches,
                "training": config_to_dict(s.config),
            }
            for s in self.stages
        ]
        return {"phantom_seed": self.phantom_seed, "stages": stages}

    def _replace_configs(self, change: Callable[[TrainingConfig], TrainingConfig]) -> Recipe:
        stages = tuple(replace(stage, config=change(stage.config)) for stage in self.stages)
        return replace(self, stages=stages)


def parse_recipe(values: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `Recipe.to_json` wrote.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it makes no sense.
    """
    stages = tuple(
        Stage(
            str(each["name"]),
            config_from_dict(TrainingConfig, each["training"]),
            int(each["phantoms"]),
            int(each.get("branches", 1)),
        )
        for each in values["stages"]
    )
    return Recipe(stages, int(values["phantom_seed"]))


def _share_out(total: int | None, parts: list[int]) -> list[int]:
    """Return parts that sum to `total` in the old proportion; the first is at least 1."""
    if total is None:
        return parts
    ends = [sum(parts[: index + 1]) / sum(parts) for index in range(len(parts))]
    bounds = [0, *(round(total * end) for end in ends)]
    bounds[1:] = [max(1, bound) for bound in bounds[1:]]
    return [high - low for low, high in itertools.pairwise(bounds)]


def _limit_phantoms(stage: Stage, config: TrainingConfig) -> int:
    mix = config.mix
    whole = mix.real + mix.pasted + mix.synthetic + mix.grown + mix.negative + mix.phantom
    if config.steps_per_epoch == 0 or whole <= 0:
        return stage.phantoms
    samples = config.epochs * config.steps_per_epoch * config.batch_size
    return min(stage.phantoms, math.ceil(samples * mix.phantom / whole))


_SHIPPED_FIRST = TrainingConfig(
    epochs=10,
    steps_per_epoch=100,
    seed=1,
    mix=SampleMix(real=0.33, pasted=0.15, synthetic=0.07, grown=0.19, negative=0.18, phantom=0.08),
)
# A short second stage with more phantoms, from the first one's weights; three times over.
_SHIPPED_FINISH = replace(
    _SHIPPED_FIRST,
    epochs=6,
    steps_per_epoch=50,
    learning_rate=8e-4,
    warmup_steps=20,
    ema_decay=0.98,
    seed=2,
    mix=SampleMix(real=0.22, pasted=0.12, synthetic=0.05, grown=0.14, negative=0.15, phantom=0.32),
)
SHIPPED_RECIPE = Recipe(
    (Stage("first", _SHIPPED_FIRST, 8), Stage("finish", _SHIPPED_FINISH, 14, branches=3))
)
"""What `make weights`, `ctbox train` and `ctbox evaluate --retrain` follow for the detector."""

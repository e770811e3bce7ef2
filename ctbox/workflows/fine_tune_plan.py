"""How long and how gently to fine-tune, by the number of boxes at hand; free of torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ctbox.model.config import (
    SIMPLE_CANCER_CNN,
    ModelConfig,
    SampleMix,
    TrainingConfig,
)

FEW_BOXES, MANY_BOXES, PLENTY = 20, 50, 200
_FEW_STEPS, _MANY_STEPS = (75, 150), (300, 800)
_STEPS_PER_EPOCH = 15
_FROZEN_STAGES = 2
_SLOW_ENCODER = 0.2
REPLAY = 0.25
_OWN_MIX = SampleMix(real=0.62, pasted=0.18, synthetic=0.0, grown=0.0, negative=0.20)


@dataclass(frozen=True, slots=True)
class FineTunePlan:
    """The length and the care of a fine-tuning.

    Parameters
    ----------
    preset : str
        Its name for the user.
    steps, steps_per_epoch : int
        Length; after every epoch the stopping patients are asked.
    batch_size : int
        Samples a step.
    learning_rate : float
        Of the layers that learn at full speed.
    freeze_stages : int
        First stages of the network that stay as they are.
    encoder_rate : float
        Learning rate of the rest of the encoder, as a share of the other layers'.
    replay : float
        Share of samples of old patients or phantoms, against forgetting.
    patience : int
        Epochs without a better IoU on the stopping patients that end the training.
    """

    preset: str
    steps: int
    steps_per_epoch: int = _STEPS_PER_EPOCH
    batch_size: int = 8
    learning_rate: float = 6e-4
    freeze_stages: int = 0
    encoder_rate: float = 1.0
    replay: float = REPLAY
    patience: int = 5

    def __post_init__(self) -> None:
        if self.steps < 1 or self.steps_per_epoch < 1 or self.batch_size < 1:
            raise ValueError("A plan needs at least one step, and one sample a step.")
        if not 0 <= self.replay < 1 or not 0 < self.encoder_rate <= 1 or self.learning_rate <= 0:
            raise ValueError("Replay lies in 0…1, the encoder's rate in 0…1, the rate above 0.")

    @property
    def epochs(self) -> int:
        """Rounds between two looks at the stopping patients."""
        return math.ceil(self.steps / min(self.steps_per_epoch, self.steps))

    @property
    def sentence(self) -> str:
        """What it does, for the user."""
        told = "all layers learn"
        if self.freeze_stages:
            told = "the early layers stay as they are"
        elif self.encoder_rate < 1:
            told = "all layers learn, the early ones slowly"
        return f"{self.preset}: {self.steps} steps, {told}, {self.replay:.0%} old images."


def choose_plan(boxes: int, steps: int | None = None) -> FineTunePlan:
    """Return the preset for so many training boxes.

    Up to 50 boxes the early stages are frozen and 75 to 150 steps are taken; from 50 to 200 all
    layers learn, the encoder more slowly, for 300 to 800 steps. Fewer and more are treated as
    the nearest of these.

    Parameters
    ----------
    boxes : int
        Boxes to learn from.
    steps : int, optional
        Another length.
    """
    if boxes < MANY_BOXES:
        chosen = _interpolate(boxes, (FEW_BOXES, MANY_BOXES), _FEW_STEPS)
        return FineTunePlan("Few boxes", steps or chosen, freeze_stages=_FROZEN_STAGES)
    chosen = _interpolate(boxes, (MANY_BOXES, PLENTY), _MANY_STEPS)
    return FineTunePlan("Many boxes", steps or chosen, encoder_rate=_SLOW_ENCODER)


def _interpolate(boxes: int, range_: tuple[int, int], steps: tuple[int, int]) -> int:
    low, high = range_
    share = (min(max(boxes, low), high) - low) / (high - low)
    return round(steps[0] + share * (steps[1] - steps[0]))


def make_fine_tune_config(plan: FineTunePlan, model: ModelConfig, seed: int) -> TrainingConfig:
    """Return a plan as a training configuration for this model.

    Replayed samples stand in the mix as "phantom": drawn apart from the new patients, so that
    their share does not depend on how many there are of each.
    """
    own = 1 - plan.replay
    mix = SampleMix(
        real=own * _OWN_MIX.real,
        pasted=own * _OWN_MIX.pasted,
        synthetic=0.0,
        grown=0.0,
        negative=own * _OWN_MIX.negative,
        phantom=plan.replay,
    )
    is_baseline = model.architecture == SIMPLE_CANCER_CNN
    return TrainingConfig(
        model=model,
        epochs=plan.epochs,
        steps_per_epoch=min(plan.steps_per_epoch, plan.steps),
        batch_size=plan.batch_size,
        # The published network has no normalisation: a rate like the detector's breaks it.
        learning_rate=min(plan.learning_rate, 1e-4) if is_baseline else plan.learning_rate,
        weight_decay=0.0 if is_baseline else 0.03,
        warmup_steps=max(1, plan.steps // 10),
        ema_decay=0.0 if is_baseline else 0.95,
        gradient_clip=0.0 if is_baseline else 5.0,
        seed=seed,
        mix=mix,
        bf16=not is_baseline,
        threads=0,
        patience=plan.patience,
        freeze_stages=plan.freeze_stages,
        encoder_rate=plan.encoder_rate,
    )

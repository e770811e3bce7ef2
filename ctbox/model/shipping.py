"""Make the card of a trained detector."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from torch import Tensor

from ctbox import __version__
from ctbox.model.card import (
    COLLECTION_ATTRIBUTION,
    MetricRecord,
    ModelCard,
    ModelInput,
    SplitRecord,
    TrainingRecord,
)
from ctbox.model.config import (
    DETECTOR,
    InferenceConfig,
    ModelConfig,
    config_to_dict,
)
from ctbox.model.dataset import TrainingSeries
from ctbox.model.recipe import Recipe

DETECTOR_CHANNELS = (
    "lung window −1400…0 HU, 5 mm to one side",
    "lung window −1400…0 HU",
    "lung window −1400…0 HU, 5 mm to the other side",
    "mediastinum −135…215 HU",
    "wide −1024…600 HU",
)
BASELINE_CHANNELS = ("HU + 1024 over the slice's maximum",)
CLASSES = ("tumour",)
# The collection numbers its patients below 500; phantoms in its layout start at 9001.
_COLLECTION_PATIENT = re.compile(r"(Lung_Dx-)?[ABEG]0\d{3}")
DETECTOR_LIMITS = (
    "Knows axial chest CT in HU only, and one class: it does not tell subtypes apart.",
    "Returns at most three lesions a series; further ones are left out.",
    "Tumours under 8 mm, ground glass, and tumours inside collapse or effusion are often missed.",
    "Typical false boxes sit on para-aortic tissue, hilar vessels and the diaphragm's dome.",
    "Boxes of a GPU have not been compared with those of a CPU: not run, for want of a GPU.",
)
BASELINE_LIMITS = (
    "Always gives one box, also where there is no tumour, and no score.",
    "Memorises slices; on patients it never saw it finds almost nothing.",
)


@dataclass(frozen=True)
class CardNotes:
    """What a training run can't know of itself.

    Parameters
    ----------
    name : str
        Of the model.
    threshold : float
        Least score shown.
    split : str
        A name of `ctbox.model.splits`.
    command : str
        That makes the model again.
    metrics : tuple of MetricRecord
        Its figures.
    leaky : bool
        Whether the split leaks.
    held_out_sha256 : str
        Hash of the slices held out; see `ctbox.model.card.SplitRecord`.
    """

    name: str
    threshold: float
    split: str
    command: str
    metrics: tuple[MetricRecord, ...] = ()
    leaky: bool = False
    held_out_sha256: str = ""


def build_card(
    state: dict[str, Tensor],
    recipe: Recipe,
    inference: InferenceConfig,
    series: tuple[Sequence[TrainingSeries], Sequence[TrainingSeries]],
    notes: CardNotes,
) -> ModelCard:
    """Return the card of freshly trained weights.

    Parameters
    ----------
    state : dict
        The weights.
    recipe : Recipe
        How they were trained.
    inference : InferenceConfig
        How their maps become boxes.
    series : tuple
        The patients' training series and validation series.
    notes : CardNotes
        The rest.
    """
    training, validation = series
    model = recipe.model
    is_detector = model.architecture == DETECTOR
    return ModelCard(
        name=notes.name,
        architecture=model.architecture,
        parameters=count_parameters(state),
        input=describe_input(model),
        classes=CLASSES,
        threshold=notes.threshold,
        training=TrainingRecord(
            series_instance_uids=tuple(sorted({s.series_instance_uid for s in training})),
            patient_ids=tuple(sorted({s.patient_id for s in training})),
            synthetic_seeds=(recipe.phantom_seed,) if recipe.phantoms else (),
            attribution=COLLECTION_ATTRIBUTION if any(map(_is_of_collection, training)) else "",
        ),
        split=SplitRecord(
            notes.split,
            tuple(sorted({s.patient_id for s in validation})),
            notes.leaky,
            notes.held_out_sha256,
        ),
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        software_version=__version__,
        command=notes.command,
        seed=recipe.seed,
        config={
            "model": config_to_dict(model),
            "inference": config_to_dict(inference),
            "recipe": recipe.to_json(),
        },
        metrics=notes.metrics,
        limitations=(
            _describe_training(training, recipe.phantoms),
            *(DETECTOR_LIMITS if is_detector else BASELINE_LIMITS),
        ),
    )


def _is_of_collection(series: TrainingSeries) -> bool:
    return _COLLECTION_PATIENT.fullmatch(series.patient_id) is not None


def _describe_training(training: Sequence[TrainingSeries], phantoms: int) -> str:
    patients = len({s.patient_id for s in training})
    told = f"Trained on {patients} patient{'' if patients == 1 else 's'}"
    if phantoms:
        told += f" and {phantoms} phantom{'' if phantoms == 1 else 's'}"
    return f"{told}: expect misses on what they don't show."


def count_parameters(state: dict[str, Tensor]) -> int:
    """Return the number of trained values in a state, without normalisation statistics."""
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    return sum(t.numel() for name, t in state.items() if not name.endswith(buffers))


def describe_input(model: ModelConfig) -> ModelInput:
    """Return what the network looks at, for the card."""
    if model.architecture == DETECTOR:
        return ModelInput(*model.crop_shape, DETECTOR_CHANNELS, model.pixel_size_mm)
    return ModelInput(model.baseline_side, model.baseline_side, BASELINE_CHANNELS)

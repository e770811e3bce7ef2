"""What a trained model says of itself: a frozen card, kept as JSON beside the weights.

Free of torch, so that the window and the command line may read cards at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SCHEMA_VERSION = 1
COLLECTION_ATTRIBUTION = (
    "Li, P., Wang, S., Li, T., Lu, J., HuangFu, Y., & Wang, D. (2020). A Large-Scale CT and "
    "PET/CT Dataset for Lung Cancer Diagnosis (Lung-PET-CT-Dx) [Data set]. The Cancer Imaging "
    "Archive. https://doi.org/10.7937/TCIA.2020.NNC2-0461. CC BY 4.0."
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What the network looks at.

    Parameters
    ----------
    rows, columns : int
        Size of the picture the network sees.
    channels : tuple of str
        What each channel holds, such as "lung window at z".
    pixel_spacing_mm : float or None
        Size of a pixel after resampling; None where slices are resized as they stand.
    """

    rows: int
    columns: int
    channels: tuple[str, ...]
    pixel_spacing_mm: float | None = None

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1 or not self.channels:
            raise ValueError("a model's input needs rows, columns and at least one channel")


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What a model was trained on.

    Parameters
    ----------
    series_instance_uids, patient_ids : tuple of str
        Every real series and patient that the weights were fitted to.
    synthetic_seeds : tuple of int
        Seeds of the phantom collections used.
    attribution : str
        Whom the data's licence asks to name.
    """

    series_instance_uids: tuple[str, ...] = ()
    patient_ids: tuple[str, ...] = ()
    synthetic_seeds: tuple[int, ...] = ()
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class SplitRecord:
    """How training and validation data were kept apart.

    Parameters
    ----------
    kind : str
        A name of `ctbox.model.splits`, such as "patient" or "slice-random".
    validation_patient_ids : tuple of str
        Patients that chose the epoch, the threshold or the calibration.
    leaky : bool
        Whether slices of one patient stand on both sides.
    held_out_sha256 : str
        `ctbox.model.linking.hash_slices` of the annotated slices that were held out; empty where
        none were, or where the card was made by a ctbox that did not note it.
    """

    kind: str
    validation_patient_ids: tuple[str, ...] = ()
    leaky: bool = False
    held_out_sha256: str = ""


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One set of figures with what is needed to read them.

    Parameters
    ----------
    title : str
        What was evaluated on what.
    split : str
        How the evaluated patients relate to the training patients.
    patients : int
        Number of evaluated patients.
    values : mapping
        Any JSON: names to numbers, intervals, tables.
    threshold : float or None
        Score threshold of the evaluated detections; None where none applies.
    """

    title: str
    split: str
    patients: int
    values: Mapping[str, Any]
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not self.title or not self.split or self.patients < 0:
            raise ValueError("a set of metrics needs a title, a split and its number of patients")


@dataclass(frozen=True, slots=True)
class Lineage:
    """The model that this one was fine-tuned from.

    Parameters
    ----------
    name, sha256 : str
        The parent's name and the hash of its weights.
    seen_patient_ids : tuple of str
        All patients that the parent and its ancestors saw.
    """

    name: str
    sha256: str
    seen_patient_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything a user must know before trusting a model.

    Parameters
    ----------
    name : str
        Letters, digits, dot, dash and underscore; at most 64.
    architecture : str
        Name of the network that the weights belong to, such as "simple-cancer-cnn".
    parameters : int
        Number of trainable parameters.
    input : ModelInput
        What the network looks at.
    classes : tuple of str
        What its boxes may be called.
    threshold : float
        Detections with a lower score (0…1) are not shown.
    training : TrainingRecord
        What it was trained on.
    split : SplitRecord
        How validation data were kept apart.
    metrics : tuple of MetricRecord
        Its figures, bad ones included.
    date : str
        ISO 8601 date or time of training.
    software_version, command : str
        The ctbox version, and the command that makes the model again.
    seed : int
        Seed of the training run.
    config : mapping
        The training and model configuration, as JSON.
    limitations : tuple of str
        What the model can't do, one sentence each.
    lineage : Lineage or None
        The parent of a fine-tuned model.
    weights_sha256, weights_bytes : str, int
        Set by `ctbox.model.checkpoint.save_checkpoint`; empty and 0 before.
    schema_version : int
        Version of the card's layout.

    Raises
    ------
    ValueError
        If a value can't be right.
    """

    name: str
    architecture: str
    parameters: int
    input: ModelInput
    classes: tuple[str, ...]
    threshold: float
    training: TrainingRecord
    split: SplitRecord
    date: str
    software_version: str
    command: str
    seed: int
    config: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[MetricRecord, ...] = ()
    limitations: tuple[str, ...] = ()
    lineage: Lineage | None = None
    weights_sha256: str = ""
    weights_bytes: int = 0
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if not is_model_name(self.name):
            raise ValueError(
                f"'{self.name}' is no model name: use up to 64 letters, digits, '.', '-' or '_'"
            )
        if not (math.isfinite(self.threshold) and 0 <= self.threshold <= 1):
            raise ValueError(f"the threshold must lie in 0…1, not {self.threshold}")
        if self.parameters < 1 or not self.architecture or not self.classes:
            raise ValueError("a model needs an architecture, parameters and at least one class")
        if self.weights_sha256 and not _SHA256.fullmatch(self.weights_sha256):
            raise ValueError("the weights' sha256 must be 64 lower-case hexadecimal digits")
        datetime.fromisoformat(self.date)

    @property
    def seen_patient_ids(self) -> tuple[str, ...]:
        """Patients that shaped this model or its ancestors, validation included, sorted."""
        inherited = self.lineage.seen_patient_ids if self.lineage is not None else ()
        own = (*self.training.patient_ids, *self.split.validation_patient_ids)
        return tuple(sorted({*own, *inherited}))


def is_model_name(name: str) -> bool:
    """Return whether a model may be called this; such names are safe as folder names."""
    return _NAME.fullmatch(name) is not None

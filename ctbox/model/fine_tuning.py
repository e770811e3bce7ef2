"""What fine-tuning needs of torch: a look through a network in training, and the new card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import torch
from torch import nn

from ctbox import __version__
from ctbox.errors import TrainingDataError
from ctbox.model.baseline_inference import BaselinePredictor
from ctbox.model.card import (
    COLLECTION_ATTRIBUTION,
    Lineage,
    MetricRecord,
    ModelCard,
    SplitRecord,
    TrainingRecord,
)
from ctbox.model.config import DETECTOR, TrainingConfig, config_to_dict
from ctbox.model.devices import ComputeDevice, choose_device
from ctbox.model.inference import Detector
from ctbox.model.learning import copy_state
from ctbox.model.lung_inference import LungPredictor
from ctbox.model.training import OUT_OF_MEMORY

Network = nn.Module
"""A network in training, for those who may not name torch."""


@dataclass(frozen=True)
class FineTuneNotes:
    """What a new card says beyond its parent's.

    Parameters
    ----------
    name : str
        Of the new model.
    subtype : str
        What it was fine-tuned for.
    series_instance_uids, patient_ids : tuple of str
        Everyone learnt from, replayed old patients included.
    stopping_patient_ids : tuple of str
        Who chose the epoch.
    new_patients : int
        How many of those learnt from are of the new subtype.
    synthetic_seeds : tuple of int
        Of replayed phantoms.
    command : str
        That makes the model again.
    uses_collection : bool
        Whether the collection's licence asks to name its authors.
    """

    name: str
    subtype: str
    series_instance_uids: tuple[str, ...]
    patient_ids: tuple[str, ...]
    stopping_patient_ids: tuple[str, ...]
    new_patients: int
    synthetic_seeds: tuple[int, ...]
    command: str
    uses_collection: bool


def make_detector(network: nn.Module, card: ModelCard, compute: ComputeDevice) -> Detector:
    """Return a detector with a copy of the network's weights as they are now.

    Parameters
    ----------
    network : torch.nn.Module
        In training; it is left as it is.
    card : ModelCard
        Of its architecture.
    compute : ComputeDevice
        Where to look.
    """
    kind = LungPredictor if card.architecture == DETECTOR else BaselinePredictor
    return Detector(kind.build(copy_state(network), card, compute.device), card, compute)


def reset_gpu_memory(device: str) -> None:
    """Count the graphics card's memory from now on; nothing on the CPU."""
    if choose_device(device).device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()


def measure_gpu_memory(device: str) -> int | None:
    """Return the most memory of the graphics card that torch held, in bytes; None on the CPU."""
    if choose_device(device).device.type != "cuda":
        return None
    return int(torch.cuda.max_memory_reserved())


@contextmanager
def tell_out_of_memory() -> Iterator[None]:
    """Turn what numpy, torch and CUDA raise when memory runs out into a sentence.

    Raises
    ------
    TrainingDataError
        Then; any other error passes.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        told = str(error).lower()
        if not isinstance(error, MemoryError) and not any(text in told for text in OUT_OF_MEMORY):
            raise
        place = "of the graphics card " if "cuda" in told else ""
        raise TrainingDataError(
            f"The memory {place}ran out.",
            "Close other programs, or take fewer samples a step; what was saved is kept.",
        ) from error


def build_fine_tuned_card(
    parent: ModelCard,
    config: TrainingConfig,
    notes: FineTuneNotes,
    metrics: tuple[MetricRecord, ...] = (),
) -> ModelCard:
    """Return the card of weights that were fine-tuned from the parent's.

    The parent's figures are not inherited: they are another model's.
    """
    attribution = parent.training.attribution
    if notes.uses_collection:
        attribution = COLLECTION_ATTRIBUTION
    count = notes.new_patients
    told = (
        f"Fine-tuned from {parent.name} for {notes.subtype} on {count} "
        f"patient{'' if count == 1 else 's'}: on everyone else it may have become worse."
    )
    return replace(
        parent,
        name=notes.name,
        training=TrainingRecord(
            series_instance_uids=notes.series_instance_uids,
            patient_ids=notes.patient_ids,
            synthetic_seeds=tuple(
                sorted({*parent.training.synthetic_seeds, *notes.synthetic_seeds})
            ),
            attribution=attribution,
        ),
        split=SplitRecord("patient", notes.stopping_patient_ids),
        metrics=metrics,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        software_version=__version__,
        command=notes.command,
        seed=config.seed,
        config={**parent.config, "fine_tune": config_to_dict(config)},
        limitations=(told, *parent.limitations),
        lineage=Lineage(parent.name, parent.weights_sha256, parent.seen_patient_ids),
        weights_sha256="",
        weights_bytes=0,
    )

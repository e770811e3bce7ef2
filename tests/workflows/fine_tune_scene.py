"""Toy patients as DICOM files and a toy model: fine-tuned in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.model.card import ModelCard, ModelInput, SplitRecord, TrainingRecord
from ctbox.model.checkpoint import save_checkpoint
from ctbox.model.config import InferenceConfig, config_to_dict
from ctbox.model.networks.detector import LungDetector
from ctbox.workflows.fine_tune_phantoms import PhantomSize
from ctbox.workflows.fine_tune_plan import FineTunePlan
from ctbox.workflows.fine_tune_request import FineTuneRequest
from tests import builders
from tests.model import toy

SIZE = PhantomSize(rows=64, slices=5, per_letter=1, letters=("A", "E"))
PLAN = FineTunePlan("Toy", 6, steps_per_epoch=2, batch_size=2, replay=0.25, patience=0)
PLACES = ((8, 52, 38), (6, 42, 90), (9, 50, 88), (7, 44, 36), (8, 55, 92), (6, 48, 40))
NEW = ("B0001", "B0002", "B0003", "B0004")
OLD = ("A0001", "E0001")


def write_patients(folder: Path, names: tuple[str, ...] = (*NEW, *OLD)) -> Path:
    """Write one toy series with boxes for each name, in the collection's layout."""
    for number, name in enumerate(names):
        hu, boxes = toy.make_volume(PLACES[number % len(PLACES)], 7.0 + number % 3, seed=number)
        # Toy bodies are all alike; without a pattern of their own they count as duplicates.
        pattern = np.random.default_rng([7, number]).normal(0, 260, (24, 32))
        hu = (hu + np.kron(pattern, np.ones((4, 4)))).astype(np.int16)
        patient = f"Lung_Dx-{name}"
        uid = builders.make_uid("series", name)
        builders.write_series(
            folder / "images" / patient / "study" / "series",
            len(hu),
            hu=hu,
            spacing=toy.SPACING,
            patient_id=patient,
            series_instance_uid=uid,
        )
        annotations = folder / "Annotation" / name
        annotations.mkdir(parents=True)
        for index, found in boxes.items():
            sop = builders.make_uid("sop", uid, 1, index + 1)
            box = BoundingBox(*(float(v) for v in found[0]))
            write_voc(annotations / f"{sop}.xml", sop, [(box, name[0])], toy.COLUMNS, toy.ROWS)
    return folder


def write_base(folder: Path, name: str = "toy", seen: tuple[str, ...] = ()) -> Path:
    """Write a toy model that has learnt nothing."""
    torch.manual_seed(0)
    state = LungDetector(toy.TOY_MODEL).state_dict()
    card = ModelCard(
        name=name,
        architecture="lung-detector",
        parameters=sum(t.numel() for t in state.values()),
        input=ModelInput(64, 96, ("lung",)),
        classes=("tumour",),
        threshold=0.0,
        training=TrainingRecord(patient_ids=seen),
        split=SplitRecord("patient"),
        date="2026-01-01",
        software_version="0",
        command="test",
        seed=1,
        config={
            "model": config_to_dict(toy.TOY_MODEL),
            "inference": config_to_dict(InferenceConfig()),
        },
        limitations=("It knows nothing.",),
    )
    return save_checkpoint(folder / name, state, card)


def make_request(case: Path, base: Path, out: Path, **changes: object) -> FineTuneRequest:
    """Return a request for the toy patients of subtype B."""
    values: Mapping[str, object] = {
        "dicom": case / "images",
        "annotations": case / "Annotation",
        "subtype": "B",
        "name": "toy-b",
        "out": out,
        "base": str(base),
        "plan": PLAN,
        "device": "cpu",
        **changes,
    }
    return FineTuneRequest(**values)  # type: ignore[arg-type]

"""A store of tiny models whose weights nobody opens: a safetensors header and some bytes."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import replace
from pathlib import Path

from ctbox.model.card import Lineage, ModelCard, ModelInput, SplitRecord, TrainingRecord
from ctbox.model.card_json import format_card
from ctbox.model.card_readme import format_readme
from ctbox.model.manifest import write_manifest
from ctbox.model.store import CARD_FILE, README_FILE, WEIGHTS_FILE, read_card_file
from ctbox.workflows.model_store import ModelStore

SHIPPED = "shipped-s"


def make_weights(fill: int, size: int = 64) -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes([fill]) * size


def make_card(name: str, weights: bytes, parent: str | None = None) -> ModelCard:
    lineage = None if parent is None else Lineage(parent, "0" * 64, ("A0001",))
    return ModelCard(
        name=name,
        architecture="lung-detector",
        parameters=64,
        input=ModelInput(64, 96, ("lung",)),
        classes=("tumour",),
        threshold=0.1,
        training=TrainingRecord(patient_ids=("B0001",)),
        split=SplitRecord("patient"),
        date="2026-01-02",
        software_version="0",
        command="test",
        seed=1,
        limitations=("None of it is true.",),
        lineage=lineage,
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        weights_bytes=len(weights),
    )


def write_model(parent: Path, name: str, fill: int = 1, base: str | None = None) -> Path:
    folder = parent / name
    folder.mkdir(parents=True)
    weights = make_weights(fill)
    card = make_card(name, weights, base)
    (folder / WEIGHTS_FILE).write_bytes(weights)
    (folder / CARD_FILE).write_text(format_card(card))
    (folder / README_FILE).write_text(format_readme(card))
    return folder


def build_store(tmp_path: Path) -> ModelStore:
    shipped = tmp_path / "weights"
    folder = write_model(shipped, SHIPPED)
    write_manifest(shipped, {SHIPPED: read_card_file(folder / CARD_FILE)}, SHIPPED)
    return ModelStore(tmp_path / "mine", shipped)


def rename_card(folder: Path, name: str) -> None:
    card = replace(read_card_file(folder / CARD_FILE), name=name)
    (folder / CARD_FILE).write_text(format_card(card))

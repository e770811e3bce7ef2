"""Small phantoms of the old subtypes: some to replay, others to see what was forgotten."""

from __future__ import annotations

import functools
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import as_box_array
from ctbox.errors import CtboxError
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.model.dataset import TrainingSeries
from ctbox.model.detection import Detection
from ctbox.model.geometry import VolumeGeometry
from ctbox.phantom.config import LETTERS, PhantomConfig
from ctbox.phantom.volume import make_phantom
from ctbox.progress import Progress, TaskContext

# Neither is a seed that shipped weights were trained on.
REPLAY_SEED, CHECK_SEED = 61_000, 62_000
_FILE = "old-{seed}-{letter}{number}-{rows}x{slices}.npz"


@dataclass(frozen=True, slots=True)
class PhantomSize:
    """What phantoms there are: rows and columns, slices, how many of each of which letters."""

    rows: int = 256
    slices: int = 24
    per_letter: int = 2
    letters: tuple[str, ...] = LETTERS

    def without(self, subtype: str) -> PhantomSize:
        """Return the old subtypes' phantoms: all letters but the new one."""
        return replace(self, letters=tuple(each for each in self.letters if each != subtype))


DEFAULT_SIZE = PhantomSize()


@dataclass(frozen=True, eq=False)
class OldPhantom:
    """A phantom of an old subtype.

    Parameters
    ----------
    letter : str
        Its subtype.
    series : TrainingSeries
        Boxes and voxels, in memory.
    """

    letter: str
    series: TrainingSeries


def make_old_phantoms(
    seed: int, folder: Path, ctx: TaskContext, size: PhantomSize | None = None
) -> tuple[OldPhantom, ...]:
    """Return phantoms of every letter; made once, then kept in a folder.

    Raises
    ------
    CtboxError
        If the disk refuses.
    """
    size = size or DEFAULT_SIZE
    wanted = [(letter, number) for number in range(size.per_letter) for letter in size.letters]
    made = []
    for done, (letter, number) in enumerate(wanted):
        ctx.check()
        ctx.report(Progress(done, len(wanted), "Making phantoms of the old subtypes"))
        name = _FILE.format(
            seed=seed, letter=letter, number=number, rows=size.rows, slices=size.slices
        )
        path = folder / name
        arrays = _read(path)
        if arrays is None:
            arrays = _make(letter, [seed, ord(letter), number], size)
            _write(path, arrays)
        made.append(OldPhantom(letter, _to_series(arrays, path.stem)))
    return tuple(made)


Arrays = dict[str, NDArray[np.generic]]


def _make(letter: str, seed: Sequence[int], size: PhantomSize) -> Arrays:
    config = PhantomConfig(rows=size.rows, letter=letter, n_slices=size.slices, box_jitter_px=1.0)
    volume = make_phantom(config, np.random.default_rng(seed))
    boxes = [
        [index, *lesion.boxes[index].as_tuple()]
        for index in range(len(volume.hu))
        for lesion in volume.boxes_on(index)
    ]
    return {
        "hu": volume.hu,
        "spacing": np.array(volume.pixel_spacing_mm),
        "positions": np.array(volume.positions_mm),
        "boxes": np.array(boxes, dtype=np.float64).reshape(-1, 5),
    }


def _read(path: Path) -> Arrays | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in ("hu", "spacing", "positions", "boxes")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _write(path: Path, arrays: Arrays) -> None:
    scratch = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        scratch.replace(path)
    except OSError as error:
        raise CtboxError(
            f"The phantoms can't be kept: {error.strerror or error}.",
            "Free disk space, or choose another folder.",
            path,
        ) from error


def _to_series(arrays: Arrays, name: str) -> TrainingSeries:
    boxes = np.asarray(arrays["boxes"], dtype=np.float64)
    spacing = np.asarray(arrays["spacing"], dtype=np.float64)
    positions = np.asarray(arrays["positions"], dtype=np.float64)
    hu = np.asarray(arrays["hu"], dtype=np.int16)
    return TrainingSeries(
        key=name,
        series_instance_uid=name,
        patient_id=name,
        frame_of_reference=name,
        geometry=VolumeGeometry(
            (float(spacing[0]), float(spacing[1])), tuple(float(z) for z in positions)
        ),
        boxes={int(i): as_box_array(boxes[boxes[:, 0] == i, 1:]) for i in np.unique(boxes[:, 0])},
        read=functools.partial(_return, hu),
        is_phantom=True,
    )


def _return(hu: NDArray[np.int16]) -> NDArray[np.int16]:
    return hu


def to_evaluated(
    phantom: OldPhantom, found: Sequence[tuple[Detection, ...]]
) -> list[EvaluatedSlice]:
    """Return a phantom's slices with a model's boxes, ready to be scored."""
    series = phantom.series
    return [
        EvaluatedSlice(
            sop_uid=f"{series.key}.{index}",
            series_key=series.key,
            patient_id=series.patient_id,
            expert_boxes=as_box_array(series.boxes.get(index, [])),
            boxes=np.array([d.box.as_tuple() for d in detections]).reshape(-1, 4),
            scores=np.array([d.score for d in detections]),
            position_mm=series.geometry.positions_mm[index],
            frame_of_reference_uid=series.frame_of_reference,
            pixel_spacing_mm=series.geometry.pixel_spacing_mm,
            subtype=phantom.letter,
        )
        for index, detections in enumerate(found)
    ]

"""Phantoms as training series: other bodies than the few real ones at hand."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray, as_box_array
from ctbox.model.dataset import TrainingSeries
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.phantom_files import (
    PhantomArrays,
    find_phantom_file,
    read_phantom_file,
    write_phantom_file,
)
from ctbox.model.source_digest import collect_sources, digest_sources
from ctbox.model.training_updates import TrainingNote
from ctbox.paths import user_cache_folder
from ctbox.phantom import volume
from ctbox.phantom.volume import LETTERS, PhantomConfig, PhantomVolume, make_phantom
from ctbox.progress import Progress, TaskContext

ValueT = TypeVar("ValueT")

SLICES = 40
ROWS = 512


def make_phantom_series(
    patients: int, seed: int, ctx: TaskContext | None = None, folder: Path | None = None
) -> tuple[TrainingSeries, ...]:
    """Return annotated phantoms; letters and kernels take turns.

    A phantom takes seconds to make, so each is made once and kept in a file, about 8 MB, for
    the next fold or run; its voxels are read when they are asked for. Where the disk refuses,
    they stay in memory.

    Parameters
    ----------
    patients : int
        How many, one series each.
    seed : int
        Of all of them; it belongs in the card.
    ctx : TaskContext, optional
        Asked to stop before every phantom.
    folder : pathlib.Path, optional
        Where they are kept; None for the user's cache folder.
    """
    ctx = ctx or TaskContext()
    kept = folder or user_cache_folder() / "phantoms"
    series = []
    for number in range(patients):
        ctx.check()
        path = find_phantom_file(kept, f"{seed}-{number}", _describe_version())
        arrays = read_phantom_file(path)
        problem = None
        if arrays is None:
            ctx.report(Progress(number, patients, "Making phantoms"))
            arrays = _make(number, seed)
            problem = write_phantom_file(path, arrays)
        if problem is not None:
            ctx.report(TrainingNote(f"Phantoms can't be kept in {kept}: {problem}."))
        series.append(_to_series(arrays, path if problem is None else None, number, seed))
    return tuple(series)


def _describe_version() -> str:
    sources = collect_sources(Path(volume.__file__))
    return f"{ROWS}x{SLICES}-{digest_sources(*sources)}"


def _make(number: int, seed: int) -> PhantomArrays:
    config = PhantomConfig(
        rows=ROWS,
        letter=LETTERS[number % len(LETTERS)],
        kernel="soft" if number % 3 else "sharp",
        n_slices=SLICES,
        box_jitter_px=2.0,
    )
    made = make_phantom(config, np.random.default_rng([seed, number]))
    rows = [
        [index, *box] for index, boxes in _collect_boxes(made).items() for box in boxes.tolist()
    ]
    return PhantomArrays(
        hu=made.hu,
        pixel_spacing_mm=np.array(made.pixel_spacing_mm, dtype=np.float64),
        positions_mm=np.array(made.positions_mm, dtype=np.float64),
        boxes=np.array(rows, dtype=np.float64).reshape(-1, 5),
    )


def _to_series(arrays: PhantomArrays, path: Path | None, number: int, seed: int) -> TrainingSeries:
    row_mm, column_mm = (float(each) for each in arrays.pixel_spacing_mm)
    boxes = {
        int(index): as_box_array(arrays.boxes[arrays.boxes[:, 0] == index, 1:])
        for index in np.unique(arrays.boxes[:, 0])
    }
    name = f"phantom-{seed}-{number}"
    read = (
        functools.partial(_return, arrays.hu)
        if path is None
        else functools.partial(_read_again, path, number, seed)
    )
    return TrainingSeries(
        key=name,
        series_instance_uid=name,
        patient_id=name,
        frame_of_reference=name,
        geometry=VolumeGeometry((row_mm, column_mm), tuple(float(z) for z in arrays.positions_mm)),
        boxes=boxes,
        read=read,
        is_phantom=True,
        # The name tells what made it, so the file needs no look.
        stamp=functools.partial(_return, None if path is None else path.name),
    )


def _collect_boxes(made: PhantomVolume) -> Mapping[int, FloatArray]:
    boxes: dict[int, FloatArray] = {}
    for index in range(len(made.hu)):
        found = [lesion.boxes[index] for lesion in made.boxes_on(index)]
        if found:
            boxes[index] = as_box_array(found)
    return boxes


def _read_again(path: Path, number: int, seed: int) -> NDArray[np.int16]:
    """Return the voxels from the file, or made anew where it is gone or damaged by now."""
    arrays = read_phantom_file(path)
    return (_make(number, seed) if arrays is None else arrays).hu


def _return(value: ValueT) -> ValueT:
    return value

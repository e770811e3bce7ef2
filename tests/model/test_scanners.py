"""One chest as other scanners would show it: the shipped detector finds the same tumour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from ctbox.boxes import compute_iou
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.inference import Detector, VolumeDetections
from ctbox.phantom.volume import PhantomConfig, make_phantom

STEP_MM = 5.0


@dataclass(frozen=True)
class Chest:
    """A series with one tumour: HU, where it lies, and the tumour's box on each of its slices."""

    hu: NDArray[np.int16]
    geometry: VolumeGeometry
    boxes: dict[int, NDArray[np.float64]]


def make_chest(kernel: str = "soft") -> Chest:
    config = PhantomConfig(
        rows=256,
        n_slices=14,
        tumours=1,
        radius_mm=18.0,
        slice_spacing_mm=STEP_MM,
        kernel=kernel,  # type: ignore[arg-type]
    )
    phantom = make_phantom(config, np.random.default_rng(18))
    boxes = {
        index: np.array([one.boxes[index].as_tuple()])
        for one in phantom.lesions
        for index in one.boxes
    }
    spacing = (float(phantom.pixel_spacing_mm[0]), float(phantom.pixel_spacing_mm[1]))
    places = tuple(float(z) for z in phantom.positions_mm)
    return Chest(phantom.hu, VolumeGeometry(spacing, places), boxes)


@pytest.fixture(scope="module")
def plain() -> Chest:
    return make_chest()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load(None, device="cpu")


def space_out(chest: Chest, step_mm: float) -> Chest:
    """Return the chest with its slices repeated or left out."""
    count = len(chest.hu)
    wanted = np.arange(0, count * STEP_MM - 1e-6, step_mm)
    source = (wanted / STEP_MM).astype(int)
    first = chest.geometry.positions_mm[0]
    return Chest(
        chest.hu[source],
        replace(chest.geometry, positions_mm=tuple(first - float(z) for z in wanted)),
        {i: chest.boxes[s] for i, s in enumerate(source.tolist()) if s in chest.boxes},
    )


def resample(chest: Chest, rows: int) -> Chest:
    """Return the chest on another matrix over the same field of view."""
    factor = rows / chest.hu.shape[1]
    hu = np.stack([ndimage.zoom(plane.astype(np.float32), factor, order=1) for plane in chest.hu])
    spacing = tuple(mm / factor for mm in chest.geometry.pixel_spacing_mm)
    return Chest(
        hu.round().astype(np.int16),
        replace(chest.geometry, pixel_spacing_mm=spacing),
        {i: box * factor for i, box in chest.boxes.items()},
    )


def widen(chest: Chest) -> Chest:
    """Return the chest off the middle of a field of view twice as large."""
    rows, columns = chest.hu.shape[1:]
    hu = np.pad(chest.hu, ((0, 0), (rows // 4, rows - rows // 4), (columns, 0)), mode="minimum")
    shift = np.array([columns, rows // 4, columns, rows // 4])
    return replace(chest, hu=hu, boxes={i: box + shift for i, box in chest.boxes.items()})


def zoom_in(chest: Chest) -> Chest:
    """Return the middle of the chest alone, the body's edge out of view."""
    rows, columns = chest.hu.shape[1:]
    y, x = rows // 5, columns // 8
    shift = np.array([x, y, x, y])
    hu = np.ascontiguousarray(chest.hu[:, y:-y, x:-x])
    return replace(chest, hu=hu, boxes={i: box - shift for i, box in chest.boxes.items()})


def reverse(chest: Chest) -> Chest:
    last = len(chest.hu) - 1
    places = chest.geometry.positions_mm[::-1]
    return Chest(
        chest.hu[::-1],
        replace(chest.geometry, positions_mm=places),
        {last - i: box for i, box in chest.boxes.items()},
    )


def double(chest: Chest) -> Chest:
    """Return a series that holds every place twice, as two phases without a number do."""
    places = np.repeat(chest.geometry.positions_mm, 2)
    return Chest(
        np.repeat(chest.hu, 2, axis=0),
        replace(chest.geometry, positions_mm=tuple(places.tolist())),
        {2 * i + j: box for i, box in chest.boxes.items() for j in (0, 1)},
    )


def mix_thin_and_thick(chest: Chest) -> Chest:
    """Return thick slices around the tumour after many thin ones above."""
    first = chest.geometry.positions_mm[0]
    above = np.arange(40)
    places = (*(first + 0.5 * (40 - i) for i in above), *chest.geometry.positions_mm)
    hu = np.concatenate([np.repeat(chest.hu[:1], 40, axis=0), chest.hu])
    return Chest(
        hu,
        replace(chest.geometry, positions_mm=tuple(float(z) for z in places)),
        {i + 40: box for i, box in chest.boxes.items()},
    )


def tilt(chest: Chest) -> Chest:
    """Return the chest as a gantry tilted by 20 degrees would store it."""
    angle = np.deg2rad(20.0)
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    positions = tuple((-100.0, -100.0, z) for z in chest.geometry.positions_mm)
    along = tuple(z * cosine for z in chest.geometry.positions_mm)
    orientation = (1.0, 0.0, 0.0, 0.0, cosine, -sine)
    geometry = VolumeGeometry(chest.geometry.pixel_spacing_mm, along, positions, orientation)
    return replace(chest, geometry=geometry)


def pad_as_ge_does(chest: Chest) -> Chest:
    """Return the chest within the circle of reconstruction, padded with what is no HU."""
    rows, columns = chest.hu.shape[1:]
    y, x = np.mgrid[:rows, :columns]
    corner = (y - rows / 2) ** 2 + (x - columns / 2) ** 2 > (rows / 2) ** 2
    return replace(chest, hu=np.where(corner, np.int16(-3024), chest.hu))


SCANNERS: dict[str, Callable[[Chest], Chest]] = {
    "as it is": lambda chest: chest,
    "0.5 mm apart": lambda chest: space_out(chest, 0.5),
    "1.25 mm apart": lambda chest: space_out(chest, 1.25),
    "10 mm apart": lambda chest: space_out(chest, 10.0),
    "512 matrix": lambda chest: resample(chest, 512),
    "768 matrix": lambda chest: resample(chest, 768),
    "1024 matrix": lambda chest: resample(chest, 1024),
    "large field, off the middle": widen,
    "small field": zoom_in,
    "reversed": reverse,
    "every place twice": double,
    "thin then thick": mix_thin_and_thick,
    "tilted gantry": tilt,
    "padded circle": pad_as_ge_does,
    "sharp kernel": lambda _: make_chest("sharp"),
}


def check_sane(found: VolumeDetections, chest: Chest) -> None:
    rows, columns = chest.hu.shape[1:]
    assert len(found.slices) == len(chest.hu)
    for detections in found.slices:
        scores = [one.score for one in detections]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        for one in detections:
            x1, y1, x2, y2 = one.box.as_tuple()
            assert 0 <= x1 < x2 <= columns
            assert 0 <= y1 < y2 <= rows
    assert len(found.lesions) <= 3
    for lesion in found.lesions:
        low, high = lesion.box_mm[:3], lesion.box_mm[3:]
        assert np.isfinite(lesion.box_mm).all()
        assert all(a < b for a, b in zip(low, high, strict=True))
        for index, one in zip(lesion.indices, lesion.detections, strict=True):
            assert one in found.slices[index]


@pytest.mark.parametrize("name", SCANNERS)
def test_the_tumour_is_found_on_every_scanner(name: str, plain: Chest, detector: Detector) -> None:
    chest = SCANNERS[name](plain)

    found = detector.predict_volume(chest.hu, chest.geometry)

    check_sane(found, chest)
    ious = [
        float(compute_iou(np.array([found.slices[i][0].box.as_tuple()]), truth).max())
        if found.slices[i]
        else 0.0
        for i, truth in chest.boxes.items()
    ]
    assert np.mean(ious) >= 0.4, ious
    best = found.lesions[0]
    assert set(best.indices) & set(chest.boxes)
    again = detector.predict_volume(chest.hu, chest.geometry)
    assert (again.slices, again.lesions) == (found.slices, found.lesions)


@pytest.mark.parametrize("place", [0, 7])
def test_one_slice_is_a_series_too(place: int, plain: Chest, detector: Detector) -> None:
    chest = Chest(
        plain.hu[place : place + 1],
        replace(plain.geometry, positions_mm=plain.geometry.positions_mm[place : place + 1]),
        {},
    )

    check_sane(detector.predict_volume(chest.hu, chest.geometry), chest)


@pytest.mark.parametrize("value", [-1024, 0, 3071])
def test_nothing_in_view_is_no_crash(value: int, detector: Detector) -> None:
    hu = np.full((3, 64, 48), value, dtype=np.int16)
    chest = Chest(hu, VolumeGeometry((0.7, 0.7), (0.0, -5.0, -10.0)), {})

    check_sane(detector.predict_volume(chest.hu, chest.geometry), chest)

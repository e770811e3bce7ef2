from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from ctbox.phantom.lesions import Interior, LesionKind, LesionTraits, Margin
from ctbox.phantom.sites import segment_lungs
from ctbox.phantom.tumours import measure_axes
from ctbox.phantom.volume import LETTERS, PhantomConfig, PhantomVolume, make_phantom, make_scan

SMALL = PhantomConfig(rows=128, slice_spacing_mm=10.0, contrast="none", noise=0.0, tumours=0)


def make(seed: int, **changes: object) -> PhantomVolume:
    values = {name: getattr(SMALL, name) for name in SMALL.__dataclass_fields__} | changes
    return make_phantom(PhantomConfig(**values), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def healthy() -> PhantomVolume:
    return make(1)


def probe(volume: PhantomVolume, name: str) -> float:
    index, row, column = volume.landmarks[name]
    return float(np.median(volume.hu[index, row - 1 : row + 2, column - 1 : column + 2]))


ORGANS = {
    "trachea": (-1024, -850),
    "ascending_aorta": (25, 60),
    "descending_aorta": (25, 60),
    "left_ventricle": (25, 60),
    "vertebra": (75, 700),
    "liver": (40, 75),
    "right_lung": (-960, -600),
    "left_lung": (-960, -600),
    "paraspinal_muscle": (20, 90),
}


@pytest.mark.parametrize("organ", list(ORGANS))
def test_organs_have_their_hu(healthy: PhantomVolume, organ: str) -> None:
    low, high = ORGANS[organ]
    assert low < probe(healthy, organ) < high


@pytest.mark.parametrize("seed", [2, 3])
def test_organs_have_their_hu_in_other_patients(seed: int) -> None:
    volume = make(seed, n_slices=24)
    for organ in set(volume.landmarks) - {"vertebra", "paraspinal_muscle"}:
        low, high = ORGANS[organ]
        assert low < probe(volume, organ) < high, organ


def test_contrast_lights_up_blood_alone(healthy: PhantomVolume) -> None:
    bright = make(1, contrast="arterial")
    assert probe(bright, "descending_aorta") > 150
    assert probe(bright, "left_ventricle") > 150
    assert probe(bright, "paraspinal_muscle") == pytest.approx(
        probe(healthy, "paraspinal_muscle"), abs=30
    )


def test_lungs_are_two_large_connected_airspaces(healthy: PhantomVolume) -> None:
    spacing = (healthy.slice_spacing_mm, *healthy.pixel_spacing_mm)
    lung, _ = segment_lungs(healthy.hu.astype(np.float32), spacing)
    litres = lung.sum() * np.prod(spacing) / 1e6
    assert 2.0 < litres < 8.0
    columns = np.nonzero(lung.any(axis=(0, 1)))[0]
    middle = healthy.hu.shape[2] / 2
    assert (columns < middle - 10).any()
    assert (columns > middle + 10).any()
    right = lung[:, :, : round(middle)].sum() / lung.sum()
    assert 0.35 < right < 0.65
    slices = np.flatnonzero(lung.any(axis=(1, 2)))
    assert np.array_equal(slices, np.arange(slices[0], slices[-1] + 1))


def test_shape_spacing_and_positions(healthy: PhantomVolume) -> None:
    assert healthy.hu.dtype == np.int16
    assert healthy.hu.shape[1:] == (128, 128)
    assert np.allclose(np.diff(healthy.positions_mm), -healthy.slice_spacing_mm)
    assert 0.6 <= healthy.pixel_spacing_mm[0] * 128 / 512 <= 0.9
    assert healthy.hu.min() >= -1024
    assert healthy.hu.max() <= 3071


def test_liver_is_on_the_patients_right_which_is_the_images_left(healthy: PhantomVolume) -> None:
    _, _, liver = healthy.landmarks["liver"]
    _, _, aorta = healthy.landmarks["descending_aorta"]
    assert liver < 64 < aorta


def test_cranial_slices_come_first(healthy: PhantomVolume) -> None:
    assert healthy.landmarks["trachea"][0] < healthy.landmarks["liver"][0]


def test_same_seed_same_volume() -> None:
    first, second = (make(7, n_slices=6, tumours=1, noise=1.0) for _ in range(2))
    other = make(8, n_slices=6, tumours=1, noise=1.0)
    assert np.array_equal(first.hu, second.hu)
    assert [lesion.boxes for lesion in first.lesions] == [x.boxes for x in second.lesions]
    assert not np.array_equal(first.hu, other.hu)


def test_two_kernels_show_the_same_body_with_other_edges_and_noise() -> None:
    scan = make_scan(
        PhantomConfig(rows=256, slice_spacing_mm=5.0, n_slices=2, noise=1.0, tumours=0),
        np.random.default_rng(3),
    )
    soft, sharp = scan.reconstruct("soft").hu, scan.reconstruct("sharp").hu
    clean = scan.clean.hu
    inside = ndimage.binary_erosion((clean > 20) & (clean < 70), np.ones((1, 7, 7)))
    spread = [float((image - clean)[inside].std()) for image in (soft, sharp)]
    assert 3 < spread[0] < 25
    assert spread[1] > 1.7 * spread[0]
    assert np.corrcoef(soft.ravel(), sharp.ravel())[0, 1] > 0.95
    again = scan.reconstruct("soft").hu
    assert np.array_equal(soft, again)


@pytest.mark.parametrize("kind", list(LesionKind))
def test_every_kind_of_tumour_occurs_with_truth(kind: LesionKind) -> None:
    traits = LesionTraits(kind, Margin.LOBULATED, Interior.SOLID, density_hu=45)
    volume = make(11, n_slices=16, tumours=1, traits=traits, radius_mm=16.0)
    (lesion,) = volume.lesions
    assert lesion.kind == kind.value
    assert lesion.mask.shape == volume.hu.shape
    for index, box in lesion.boxes.items():
        rows, columns = np.nonzero(lesion.mask[index])
        assert box.x1 <= columns.min()
        assert box.x2 >= columns.max() + 1
        assert box.y1 <= rows.min()
        assert box.y2 >= rows.max() + 1
        assert volume.boxes_on(index) == [lesion]
    core = lesion.mask & (volume.hu > -200)
    assert np.median(volume.hu[core]) == pytest.approx(45, abs=25)


@pytest.mark.parametrize(
    ("kind", "radius", "rows", "low", "high"),
    [(LesionKind.SOLITARY, 3.0, 512, 7, 13), (LesionKind.PLEURAL, 36.0, 256, 90, 130)],
)
def test_tumours_reach_from_8_to_120_pixels_of_a_full_matrix(
    kind: LesionKind, radius: float, rows: int, low: int, high: int
) -> None:
    traits = LesionTraits(kind, Margin.SMOOTH, Interior.SOLID, elongation=1.1)
    volume = make(
        5, rows=rows, n_slices=3, slice_spacing_mm=5.0, tumours=1, traits=traits, radius_mm=radius
    )
    (lesion,) = volume.lesions
    sides = [max(np.ptp(axis) + 1 for axis in np.nonzero(lesion.mask[i])) for i in lesion.boxes]
    assert low <= max(sides) * 512 / rows <= high


def test_letters_and_settings_are_checked() -> None:
    assert LETTERS == ("A", "B", "E", "G")
    for bad in (
        {"letter": "Q"},
        {"kernel": "medium"},
        {"contrast": "oral"},
        {"rows": 10},
        {"n_slices": 0},
    ):
        with pytest.raises(ValueError, match=r"must be|needs"):
            make(0, **({"n_slices": 1} | bad))


def test_axes_of_an_ellipse_with_uneven_spacing() -> None:
    y, x = np.mgrid[:200, :200]
    spacing = (0.8, 0.5)
    u, v = (x - 100) * spacing[1], (y - 100) * spacing[0]
    c, s = np.cos(0.5), np.sin(0.5)
    mask = ((c * u + s * v) / 30) ** 2 + ((c * v - s * u) / 18) ** 2 <= 1
    axes = measure_axes(mask, spacing)
    assert axes.long_mm == pytest.approx(60, abs=1.2)
    assert axes.short_mm == pytest.approx(36, abs=1.2)
    assert measure_axes(np.zeros((5, 5), dtype=bool), spacing).long_mm == 0


def test_one_pixel_has_the_axes_of_its_square() -> None:
    mask = np.zeros((5, 5), dtype=bool)
    mask[2, 2] = True
    axes = measure_axes(mask, (1.0, 1.0))
    assert axes.long_mm == pytest.approx(np.sqrt(2))
    assert 0.9 < axes.short_mm < 1.6

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.phantom.lesions import (
    Interior,
    LesionKind,
    LesionTraits,
    Margin,
    draw_radius_mm,
    draw_traits,
    find_insertion_sites,
    insert_lesion,
)
from ctbox.phantom.shapes import compute_reach_mm

SPACING = (5.0, 1.5, 1.5)


def make_simple_chest(rows: int = 192, n_slices: int = 12) -> np.ndarray:
    """Two elliptic lungs with a few vessels in a body of muscle, with soft-kernel noise."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:rows, :rows] - rows / 2
    hu = np.full((n_slices, rows, rows), -1000.0)
    hu[:, (x / 85) ** 2 + (y / 62) ** 2 < 1] = 50
    for side in (-1, 1):
        hu[:, ((x - side * 42) / 28) ** 2 + (y / 44) ** 2 < 1] = -850
        for row in (-14, 0, 12):
            hu[4:8, np.hypot(x - side * 26, y - row) < 4] = 40
    hu += rng.normal(0, 10, hu.shape)
    return np.rint(hu).astype(np.int16)


CHEST = make_simple_chest()


def test_every_kind_of_site_is_found_and_lies_in_the_image() -> None:
    sites = find_insertion_sites(CHEST, SPACING, np.random.default_rng(0), count=5)
    assert set(Counter(site.kind for site in sites)) == set(LesionKind)
    for site in sites:
        assert all(0 <= v < n for v, n in zip(site.surface, CHEST.shape, strict=True))
        if site.kind is not LesionKind.SOLITARY:
            assert np.hypot(*site.inward) == pytest.approx(1.0)


def test_inward_points_from_the_wall_into_the_lung() -> None:
    sites = find_insertion_sites(CHEST, SPACING, np.random.default_rng(0), count=20)
    for site in sites:
        if site.kind is LesionKind.PLEURAL:
            z, y, x = site.surface
            inner = CHEST[round(z), round(y + 5 * site.inward[0]), round(x + 5 * site.inward[1])]
            outer = CHEST[round(z), round(y - 5 * site.inward[0]), round(x - 5 * site.inward[1])]
            assert inner < -700
            assert outer > -100


def test_no_lung_gives_no_site() -> None:
    assert find_insertion_sites(np.zeros((3, 64, 64)), SPACING, np.random.default_rng(0)) == []


def test_one_slice_is_enough_for_sites_and_insertion() -> None:
    rng = np.random.default_rng(1)
    sites = find_insertion_sites(CHEST[6], SPACING, rng)
    site = next(site for site in sites if site.kind is LesionKind.PLEURAL)
    hu, mask = insert_lesion(CHEST[6], SPACING, site.draw_centre(9, rng), 9.0, "pleural", rng)
    assert hu.shape == mask.shape == CHEST[6].shape
    assert mask.any()


@pytest.mark.parametrize("kind", list(LesionKind))
def test_insertion_changes_its_window_alone(kind: LesionKind) -> None:
    rng = np.random.default_rng(2)
    sites = find_insertion_sites(CHEST, SPACING, rng)
    site = next(site for site in sites if site.kind is kind)
    traits, radius = draw_traits(rng, kind=kind), 12.0
    centre = site.draw_centre(radius, rng)
    before = CHEST.copy()
    hu, mask = insert_lesion(CHEST, SPACING, centre, radius, traits, rng)
    assert np.array_equal(CHEST, before)
    assert hu.dtype == CHEST.dtype
    assert mask.any()
    far = [
        np.abs(np.arange(n) - c) * s > compute_reach_mm(radius, traits) + s
        for n, c, s in zip(CHEST.shape, centre, SPACING, strict=True)
    ]
    outside = far[0][:, None, None] | far[1][None, :, None] | far[2][None, None, :]
    assert np.array_equal(hu[outside], CHEST[outside])
    assert not mask[outside].any()


def test_same_seed_same_tumour_other_seed_another() -> None:
    def insert(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return insert_lesion(CHEST, SPACING, (6, 96, 54), 10.0, "solitary", rng)[0]

    assert np.array_equal(insert(4), insert(4))
    assert not np.array_equal(insert(4), insert(5))


def test_a_smooth_tumour_has_the_size_and_density_asked_for() -> None:
    traits = LesionTraits(
        LesionKind.SOLITARY, Margin.SMOOTH, Interior.SOLID, density_hu=60, elongation=1.0
    )
    areas, inside = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        hu, mask = insert_lesion(CHEST, SPACING, (6, 96, 54), 18.0, traits, rng)
        areas.append(mask[6].sum() * SPACING[1] * SPACING[2])
        inside.append(np.median(hu[6][mask[6]]))
    assert np.mean(areas) == pytest.approx(np.pi * 18**2, rel=0.12)
    assert np.mean(inside) == pytest.approx(60, abs=12)


def test_bone_stays_and_a_pleural_tumour_keeps_to_the_lung_side() -> None:
    chest = CHEST.copy()
    chest[:, :, 8:22] = np.where(chest[:, :, 8:22] > 0, 700, chest[:, :, 8:22])
    rng = np.random.default_rng(3)
    hu, mask = insert_lesion(chest, SPACING, (6, 96, 26), 14.0, "pleural", rng)
    bone = chest > 500
    assert np.array_equal(hu[bone], chest[bone])
    assert not (mask & bone).any()
    assert mask[:, :, 26:].any()


def test_noise_of_the_tumour_is_that_of_the_scan() -> None:
    rng = np.random.default_rng(6)
    noisy = np.rint(CHEST + rng.normal(0, 30, CHEST.shape)).astype(np.int16)
    traits = LesionTraits(LesionKind.SOLITARY, Margin.SMOOTH, Interior.SOLID, elongation=1.0)
    hu, _ = insert_lesion(noisy, SPACING, (6, 96, 54), 20.0, traits, rng)
    core = hu[6, 90:102, 48:60].astype(float)
    assert np.diff(core, axis=1).std() / np.sqrt(2) == pytest.approx(31.6, rel=0.25)


def test_a_cavity_holds_air_and_ground_glass_stays_hazy() -> None:
    rng = np.random.default_rng(0)
    hollow = LesionTraits(LesionKind.SOLITARY, Margin.SMOOTH, Interior.CAVITATING)
    haze = LesionTraits(LesionKind.SOLITARY, Margin.SMOOTH, Interior.GROUND_GLASS)
    for traits, low, high in ((hollow, -1000, -800), (haze, -760, -330)):
        hu, mask = insert_lesion(CHEST, SPACING, (6, 96, 54), 20.0, traits, rng)
        assert mask[6, 96, 54]
        assert low < np.percentile(hu[6, 90:103, 48:61], 20) < high


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.floats(-3, 15), st.floats(-30, 220), st.floats(-30, 220)),
    st.floats(1.0, 50.0),
    st.sampled_from(list(LesionKind)),
)
def test_any_place_and_size_is_handled(
    seed: int, centre: tuple[float, float, float], radius: float, kind: LesionKind
) -> None:
    rng = np.random.default_rng(seed)
    hu, mask = insert_lesion(CHEST, SPACING, centre, radius, kind, rng)
    assert hu.shape == mask.shape == CHEST.shape
    assert hu.min() > -1200
    assert hu.max() < 2000


def test_bad_shape_and_radius_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="radius"):
        insert_lesion(CHEST, SPACING, (6, 96, 54), 0.0, "solitary", rng)
    with pytest.raises(ValueError, match="rows"):
        insert_lesion(CHEST[0, 0], SPACING, (6, 96, 54), 5.0, "solitary", rng)


def test_subtypes_have_their_habits() -> None:
    rng = np.random.default_rng(0)
    drawn = {letter: [draw_traits(rng, letter) for _ in range(400)] for letter in "ABEG"}
    central = {
        letter: np.mean([t.kind in (LesionKind.HILAR, LesionKind.MEDIASTINAL) for t in traits])
        for letter, traits in drawn.items()
    }
    hollow = {
        letter: np.mean([t.interior is Interior.CAVITATING for t in traits])
        for letter, traits in drawn.items()
    }
    radius = {
        letter: np.median([draw_radius_mm(rng, letter) for _ in range(400)]) for letter in "ABEG"
    }
    assert central["B"] > 0.65 > 0.35 > central["A"]
    assert max(hollow, key=hollow.__getitem__) == "G"
    assert max(radius, key=radius.__getitem__) == "E"
    for traits in drawn.values():
        assert {t.kind for t in traits} == set(LesionKind)

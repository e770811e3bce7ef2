"""What the outline is, where it is refused, and what must not change it."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import sobel

from ctbox.boxes import BoundingBox
from ctbox.imaging.outline import Outline, compute_outline, measure_long_axis_mm
from tests.imaging.lesion_scenes import Kind, SceneConfig, build_scene, transpose_scene
from tests.imaging.outline_checks import compute_dice, place_mask

SPACING = (0.7, 0.7)
Image = NDArray[np.float64]


def draw_disc(
    radius: float = 25.0, inside: float = 40.0, outside: float = -850.0, size: int = 200
) -> Image:
    """A blurred, slightly noisy disc in the middle of a square image."""
    y, x = np.mgrid[:size, :size] + 0.5 - size / 2
    hu = np.where(np.hypot(y, x) <= radius, inside, outside)
    noise = np.random.default_rng(0).normal(0, 15, hu.shape)
    return np.asarray(ndimage.gaussian_filter(hu, 0.8) + noise)


def disc_box(radius: float, size: int = 200) -> BoundingBox:
    return BoundingBox(size / 2 - radius, size / 2 - radius, size / 2 + radius, size / 2 + radius)


def assert_refused(outline: Outline, word: str) -> None:
    assert not outline.is_found
    assert outline.contour.shape == (0, 2)
    assert outline.reason is not None
    assert word in outline.reason
    assert outline.reason.endswith(".")
    assert not outline.mask.any()
    assert outline.mask.shape == outline.gradient.shape
    assert outline.long_axis_mm is None
    assert outline.short_axis_mm is None
    assert outline.area_mm2 is None
    assert not outline.touches_box_edge


def test_a_disc_has_the_measures_of_a_disc() -> None:
    outline = compute_outline(draw_disc(25), disc_box(25), SPACING)
    assert outline.reason is None
    assert outline.long_axis_mm == pytest.approx(35.0, abs=1.0)
    assert outline.short_axis_mm == pytest.approx(35.0, abs=1.2)
    assert outline.area_mm2 == pytest.approx(np.pi * 17.5**2, rel=0.03)
    assert outline.area_px == pytest.approx(np.pi * 25**2, rel=0.03)
    assert not outline.touches_box_edge


def test_the_contour_is_closed_and_goes_round_the_mask() -> None:
    outline = compute_outline(draw_disc(25), disc_box(25), SPACING)
    np.testing.assert_array_equal(outline.contour[0], outline.contour[-1])
    distance = np.hypot(*(outline.contour - 100).T)
    assert distance.min() > 23.5
    assert distance.max() < 26.5
    assert outline.contour.dtype == np.float64
    assert outline.mask.sum() == outline.area_px
    (x, y), (rows, columns) = outline.offset, outline.mask.shape
    assert outline.window.as_tuple() == (x, y, x + columns, y + rows)


def test_the_axes_are_perpendicular_in_mm_and_end_on_the_contour() -> None:
    scene = build_scene(SceneConfig("smooth", 45, (0.6, 0.9), seed=5))
    outline = compute_outline(scene.hu, scene.box, (0.6, 0.9))
    assert outline.long_axis_ends is not None
    assert outline.short_axis_ends is not None
    scale = np.array([0.9, 0.6])
    long_axis, short_axis = (
        np.subtract(ends[1], ends[0]) * scale
        for ends in (outline.long_axis_ends, outline.short_axis_ends)
    )
    assert float(long_axis @ short_axis) == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(long_axis) == pytest.approx(outline.long_axis_mm)
    assert np.linalg.norm(short_axis) == pytest.approx(outline.short_axis_mm)
    for point in (*outline.long_axis_ends, *outline.short_axis_ends):
        assert np.hypot(*(outline.contour - point).T).min() < 1.0


def test_the_window_is_the_box_plus_ten_percent_and_the_gradient_the_raw_sobel() -> None:
    hu = draw_disc(30)
    outline = compute_outline(hu, BoundingBox(70, 65, 130, 135), SPACING)
    assert outline.offset == (64, 58)
    assert outline.mask.shape == (84, 72)
    assert outline.gradient.dtype == np.float32
    expected = sobel(hu.astype(np.float32))[58:142, 64:136]
    np.testing.assert_allclose(outline.gradient, expected, rtol=1e-5, atol=1e-2)


def test_the_window_stops_at_the_image() -> None:
    hu = draw_disc(30)
    outline = compute_outline(hu, BoundingBox(0, 0, 200, 130), SPACING)
    assert outline.offset == (0, 0)
    assert outline.mask.shape == outline.gradient.shape == (143, 200)


def test_the_hu_given_are_left_alone() -> None:
    hu = draw_disc(25)
    before = hu.copy()
    compute_outline(hu, disc_box(25), SPACING)
    np.testing.assert_array_equal(hu, before)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_every_real_dtype_gives_the_same(dtype: type) -> None:
    hu = np.rint(draw_disc(20))
    outline = compute_outline(hu.astype(dtype), disc_box(20), SPACING)
    reference = compute_outline(hu, disc_box(20), SPACING)
    np.testing.assert_array_equal(outline.contour, reference.contour)


def test_without_spacing_there_is_an_outline_in_pixels_and_a_reason() -> None:
    outline = compute_outline(draw_disc(25), disc_box(25), None)
    assert outline.is_found
    assert outline.area_px == pytest.approx(np.pi * 25**2, rel=0.03)
    assert outline.long_axis_ends is not None
    assert (outline.long_axis_mm, outline.short_axis_mm, outline.area_mm2) == (None, None, None)
    assert outline.reason is not None
    assert "spacing" in outline.reason


@pytest.mark.parametrize("spacing", [(0.0, 0.7), (-1.0, 1.0), (float("nan"), 0.7)])
def test_an_impossible_spacing_counts_as_none(spacing: tuple[float, float]) -> None:
    outline = compute_outline(draw_disc(25), disc_box(25), spacing)
    assert outline.is_found
    assert outline.long_axis_mm is None


@pytest.mark.parametrize(
    ("box", "word"),
    [
        ((50, 50, 50, 80), "no area"),
        ((50, 50, 80, 50), "no area"),
        ((50, 50, 50, 50), "no area"),
        ((300, 50, 330, 80), "outside"),
        ((-60, -60, -20, -20), "outside"),
        ((200, 10, 230, 40), "outside"),
        ((50, 50, 52, 80), "too small"),
        ((50, 50, 80, 52.5), "too small"),
        ((198, 50, 230, 80), "too small"),
        ((5, 5, 35, 35), "stands out"),
    ],
)
def test_a_degenerate_box_gives_a_reason(box: tuple[float, float, float, float], word: str) -> None:
    assert_refused(compute_outline(draw_disc(25), BoundingBox(*box), SPACING), word)


@pytest.mark.parametrize("value", [-1024, 0, 40, np.nan, np.inf])
def test_a_constant_region_gives_a_reason(value: float) -> None:
    outline = compute_outline(np.full((60, 60), value), BoundingBox(20, 20, 40, 40), SPACING)
    assert_refused(outline, "stands out")


@pytest.mark.parametrize(
    ("level", "noise", "side"), list(itertools.product((-850, 40), (20, 40), (10, 60)))
)
def test_noise_alone_has_no_outline(level: int, noise: int, side: int) -> None:
    hu = np.random.default_rng(1).normal(level, noise, (120, 120))
    box = BoundingBox(30, 30, 30 + side, 30 + side)
    assert not compute_outline(hu, box, SPACING).is_found


def test_soft_tissue_beside_the_lung_has_no_outline() -> None:
    hu = np.random.default_rng(1).normal(40, 15, (120, 120))
    hu[:, :40] = -850
    assert_refused(compute_outline(hu, BoundingBox(48, 40, 98, 90), SPACING), "edge")


def test_a_dark_bulla_is_no_tumour() -> None:
    hu = draw_disc(25, inside=-990, outside=-700)
    assert not compute_outline(hu, disc_box(25), SPACING).is_found


def test_anything_but_one_plane_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(rows, columns\).*\(4, 50, 50\)"):
        compute_outline(np.zeros((4, 50, 50)), BoundingBox(1, 1, 20, 20), SPACING)


@pytest.mark.parametrize(
    "box",
    [(75, 75, 100, 125), (90, 75, 125, 125), (75, 88, 125, 125), (75, 75, 125, 112)],
)
def test_a_lesion_that_the_box_cuts_says_so(box: tuple[float, float, float, float]) -> None:
    assert compute_outline(draw_disc(25), BoundingBox(*box), SPACING).touches_box_edge


@pytest.mark.parametrize("spare", [0, 2, 6, 12])
def test_a_lesion_that_the_box_holds_is_not_cut_off(spare: int) -> None:
    outline = compute_outline(draw_disc(25), disc_box(25 + spare), SPACING)
    assert not outline.touches_box_edge


def test_a_vessel_at_the_box_does_not_cut_the_lesion_off() -> None:
    hu = draw_disc(25)
    hu[98:102, 100:] = 40
    assert not compute_outline(hu, disc_box(25), SPACING).touches_box_edge


def test_a_lesion_that_the_image_cuts_says_so() -> None:
    hu = draw_disc(25)[:, 90:]
    outline = compute_outline(hu, BoundingBox(0, 75, 35, 125), SPACING)
    assert outline.is_found
    assert outline.touches_box_edge


@pytest.mark.parametrize("cavity", [(0, 0, 24), (5, -6, 22), (10, 10, 16)])
def test_a_cavity_belongs_to_the_tumour(cavity: tuple[int, int, int]) -> None:
    down, across, radius = cavity
    hu = draw_disc(40)
    y, x = np.mgrid[:200, :200] - 99.5
    hu[np.hypot(y - down, x - across) < radius] = -950
    outline = compute_outline(hu, disc_box(40), SPACING)
    assert outline.area_px == pytest.approx(np.pi * 40**2, rel=0.05)


@pytest.mark.parametrize(
    ("inside", "outside"), [(-550.0, -860.0), (45.0, -95.0), (130.0, -850.0), (-200.0, -700.0)]
)
def test_ground_glass_and_fat_planes_count(inside: float, outside: float) -> None:
    outline = compute_outline(draw_disc(25, inside, outside), disc_box(27), SPACING)
    assert outline.area_px == pytest.approx(np.pi * 25**2, rel=0.06)


@pytest.mark.parametrize("half", [40, 55, 75])
def test_a_box_far_too_large_still_finds_the_tumour(half: int) -> None:
    hu = draw_disc(25)
    box = BoundingBox(100 - half, 100 - half, 100 + half, 100 + half)
    outline = compute_outline(hu, box, SPACING)
    assert outline.area_px == pytest.approx(np.pi * 25**2, rel=0.05)


def test_a_rib_beside_the_tumour_stays_out() -> None:
    hu = draw_disc(20)
    hu[:, 119:140] = 700
    outline = compute_outline(hu, BoundingBox(78, 78, 122, 122), SPACING)
    assert outline.area_px == pytest.approx(np.pi * 20**2, rel=0.08)


def test_a_vessel_that_leaves_the_box_stays_out() -> None:
    hu = draw_disc(20)
    hu[97:103, 100:] = 40
    outline = compute_outline(hu, BoundingBox(79, 79, 121, 121), SPACING)
    assert outline.area_px == pytest.approx(np.pi * 20**2, rel=0.04)
    assert not outline.touches_box_edge


def test_a_neighbour_in_the_window_stays_out() -> None:
    hu = draw_disc(20)
    y, x = np.mgrid[:200, :200]
    hu[np.hypot(y - 120, x - 120) < 6] = 60
    outline = compute_outline(hu, disc_box(22), SPACING)
    assert outline.area_px == pytest.approx(np.pi * 20**2, rel=0.04)


def test_contrast_beyond_the_tumour_changes_nothing() -> None:
    """No global scaling: metal or air far from the box leaves the outline as it was."""
    hu = draw_disc(25)
    reference = compute_outline(hu, disc_box(25), SPACING)
    hu[:30], hu[180:] = 3000, -3024
    outline = compute_outline(hu, disc_box(25), SPACING)
    np.testing.assert_array_equal(outline.contour, reference.contour)


scenes = st.builds(
    SceneConfig,
    kind=st.sampled_from(["smooth", "spiculated", "pleural"]),
    size_px=st.integers(9, 60).map(float),
    pixel_spacing_mm=st.sampled_from([(0.7, 0.7), (0.6, 0.9), (0.9, 0.6)]),
    noise_hu=st.sampled_from([15.0, 30.0]),
    seed=st.integers(0, 1000),
)


@settings(max_examples=15, deadline=None)
@given(scenes, st.integers(0, 40), st.integers(0, 40))
def test_moving_the_slice_moves_the_outline(config: SceneConfig, right: int, down: int) -> None:
    scene = build_scene(config)
    b = scene.box
    moved_hu = np.pad(scene.hu, ((down, 3), (right, 5)), mode="edge")
    moved_box = BoundingBox(b.x1 + right, b.y1 + down, b.x2 + right, b.y2 + down)
    outline = compute_outline(scene.hu, b, config.pixel_spacing_mm)
    moved = compute_outline(moved_hu, moved_box, config.pixel_spacing_mm)
    np.testing.assert_array_equal(moved.mask, outline.mask)
    np.testing.assert_allclose(moved.contour, outline.contour + np.array([right, down]), atol=1e-9)
    assert moved.long_axis_mm == pytest.approx(outline.long_axis_mm)


def assert_same_size(a: Outline, b: Outline) -> None:
    assert a.is_found == b.is_found
    if a.is_found:
        assert a.area_mm2 == pytest.approx(b.area_mm2, rel=1e-3)
        assert a.long_axis_mm == pytest.approx(b.long_axis_mm, rel=2e-3)
        assert a.short_axis_mm == pytest.approx(b.short_axis_mm, rel=5e-3)
        assert a.touches_box_edge == b.touches_box_edge


@settings(max_examples=20, deadline=None)
@given(scenes)
def test_transposing_the_slice_swaps_the_spacing(config: SceneConfig) -> None:
    scene = build_scene(config)
    turned = transpose_scene(scene)
    assert_same_size(
        compute_outline(scene.hu, scene.box, config.pixel_spacing_mm),
        compute_outline(turned.hu, turned.box, turned.config.pixel_spacing_mm),
    )


@settings(max_examples=20, deadline=None)
@given(scenes, st.booleans())
def test_mirroring_the_slice_keeps_the_measures(config: SceneConfig, upright: bool) -> None:
    scene = build_scene(config)
    rows, columns = scene.hu.shape
    b = scene.box
    if upright:
        hu, box = scene.hu[::-1], BoundingBox(b.x1, rows - b.y2, b.x2, rows - b.y1)
    else:
        hu, box = scene.hu[:, ::-1], BoundingBox(columns - b.x2, b.y1, columns - b.x1, b.y2)
    assert_same_size(
        compute_outline(scene.hu, b, config.pixel_spacing_mm),
        compute_outline(hu, box, config.pixel_spacing_mm),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(*[st.floats(-80, 280) for _ in range(4)]),
    st.sampled_from([None, (0.7, 0.7), (0.5, 1.0)]),
)
def test_no_box_crashes(corners: tuple[float, ...], spacing: tuple[float, float] | None) -> None:
    xs, ys = sorted(corners[:2]), sorted(corners[2:])
    box = BoundingBox(xs[0], ys[0], xs[1], ys[1])
    outline = compute_outline(draw_disc(25), box, spacing)
    assert measure_long_axis_mm(draw_disc(25), box, spacing) == outline.long_axis_mm
    assert outline.mask.shape == outline.gradient.shape
    assert outline.is_found == (outline.area_px > 0)
    assert outline.is_found or outline.reason
    if outline.is_found:
        _, count = ndimage.label(outline.mask)
        assert count == 1
        x, y = outline.contour.T
        window = outline.window
        assert window.x1 <= x.min() <= x.max() <= window.x2
        assert window.y1 <= y.min() <= y.max() <= window.y2


@pytest.mark.parametrize("kind", ["smooth", "spiculated", "pleural"])
def test_nudging_the_box_hardly_moves_the_outline(kind: Kind) -> None:
    scene = build_scene(SceneConfig(kind, 40, seed=11))
    b = scene.box
    masks = []
    for dx, dy in itertools.product((-3, 0, 3), repeat=2):
        box = BoundingBox(b.x1 + dx, b.y1 + dy, b.x2 + dx, b.y2 + dy)
        outline = compute_outline(scene.hu, box, scene.config.pixel_spacing_mm)
        masks.append(place_mask(outline, scene.mask.shape))
    assert min(compute_dice(mask, masks[4]) for mask in masks) >= 0.9


@pytest.mark.parametrize(("side", "limit_s"), [(50, 0.1), (120, 0.25)])
def test_an_outline_is_quick_enough_to_drag_a_box(side: int, limit_s: float) -> None:
    """Several times what it takes on an idle machine (10 and 30 ms): this catches a slip."""
    hu = draw_disc(side / 2)
    times = []
    for _ in range(5):
        start = time.process_time()
        compute_outline(hu, disc_box(side / 2), SPACING)
        times.append(time.process_time() - start)
    assert min(times) < limit_s

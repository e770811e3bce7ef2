"""The outline against analytic lesions of known shape, in clean and in careless boxes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.imaging.outline import compute_outline
from tests.imaging.lesion_scenes import Kind, Scene, SceneConfig, build_scene, shift_box
from tests.imaging.outline_checks import Agreement, compare, summarise

SIZES_PX = (8, 12, 18, 26, 40, 60, 85, 120)
SPACINGS_MM = ((0.7, 0.7), (0.6, 0.9), (0.9, 0.6))


def build_scenes(kind: Kind) -> list[Scene]:
    """Every size and spacing, with noise, blur, HU and vessels going round."""
    configs = [
        SceneConfig(
            kind,
            size,
            spacing,
            noise_hu=(15.0, 25.0, 40.0)[(i // 2) % 3],
            blur_mm=(0.4, 0.6, 0.8)[i % 3],
            lesion_hu=(35.0, 60.0, -20.0)[(i // 3) % 3],
            vessels=i % 3,
            seed=i,
        )
        for i, (size, spacing) in enumerate(product(SIZES_PX, SPACINGS_MM))
    ]
    return [build_scene(config) for config in configs]


@pytest.fixture(scope="module")
def smooth() -> list[Scene]:
    return build_scenes("smooth")


@pytest.fixture(scope="module")
def spiculated() -> list[Scene]:
    return build_scenes("spiculated")


@pytest.fixture(scope="module")
def pleural() -> list[Scene]:
    return build_scenes("pleural")


def loosen(box: BoundingBox) -> BoundingBox:
    """Return the box as a reader draws it: an eighth of the side to spare."""
    dx, dy = max(1.0, 0.06 * box.width), max(1.0, 0.06 * box.height)
    return shift_box(box, (-dx, -dy, dx, dy))


def report(title: str, agreements: list[Agreement]) -> list[Agreement]:
    print(summarise(title, agreements))  # noqa: T201 — the figures are the point; -s shows them
    return agreements


def share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def test_every_smooth_solitary_lesion_is_measured(smooth: list[Scene]) -> None:
    for scene in smooth:
        found = compare(scene, scene.box)
        assert found.dice >= 0.85, scene.config
        assert found.area_agrees, (found, scene.config)
        assert found.axes_agree, (found, scene.config)


@pytest.mark.parametrize(
    ("kind", "axes_floor", "area_floor", "dice_floor"),
    [("smooth", 1.0, 0.95, 0.97), ("spiculated", 0.90, 0.95, 0.96), ("pleural", 0.85, 0.85, 0.93)],
)
@pytest.mark.parametrize("drawn", ["tight", "loose"])
def test_figures_by_kind(
    kind: str,
    axes_floor: float,
    area_floor: float,
    dice_floor: float,
    drawn: str,
    request: pytest.FixtureRequest,
) -> None:
    scenes: list[Scene] = request.getfixturevalue(kind)
    boxes = [s.box if drawn == "tight" else loosen(s.box) for s in scenes]
    found = [compare(scene, box) for scene, box in zip(scenes, boxes, strict=True)]
    report(f"{kind}, {drawn} box", found)

    assert share([f.axes_agree for f in found]) >= axes_floor
    assert share([f.area_agrees for f in found]) >= area_floor
    assert np.mean([f.dice for f in found]) >= dice_floor
    assert min(f.dice for f in found) >= 0.7


@pytest.mark.parametrize("kind", ["smooth", "spiculated", "pleural"])
def test_three_pixels_of_jitter_do_no_harm(kind: str, request: pytest.FixtureRequest) -> None:
    rng = np.random.default_rng(7)
    scenes = [s for s in request.getfixturevalue(kind) if min(s.box.width, s.box.height) >= 14]
    found = []
    for scene in scenes:
        edges = rng.integers(-3, 4, 4)
        found.append(compare(scene, shift_box(scene.box, tuple(float(e) for e in edges))))
    report(f"{kind}, box off by up to 3 px on every edge", found)

    assert min(f.dice for f in found) >= 0.65
    assert np.mean([f.dice for f in found]) >= 0.92
    assert share([f.area_agrees for f in found]) >= 0.8


def test_the_smallest_lesions_survive_jitter() -> None:
    rng = np.random.default_rng(3)
    for seed in range(16):
        scene = build_scene(SceneConfig("smooth", 8, noise_hu=30.0, vessels=0, seed=seed))
        x, y = rng.integers(-3, 4, 2).astype(float)
        box = shift_box(scene.box, (x, y, x, y))
        outline = compute_outline(scene.hu, box, scene.config.pixel_spacing_mm)
        assert outline.is_found, (seed, outline.reason)
        # Three pixels both ways leave a quarter of such a box on its lesion.
        if max(abs(x), abs(y)) < 3 or min(abs(x), abs(y)) == 0:
            assert compare(scene, box).dice >= 0.6, (seed, x, y)


@pytest.mark.parametrize("blur_mm", [0.4, 0.9])
def test_noise_does_not_move_the_edge(blur_mm: float) -> None:
    areas = []
    for noise in (0.0, 15.0, 40.0):
        config = SceneConfig("smooth", 30, noise_hu=noise, blur_mm=blur_mm, vessels=0, seed=2)
        areas.append(compare(build_scene(config), build_scene(config).box).area_ratio)
    np.testing.assert_allclose(areas, 1.0, atol=0.04)

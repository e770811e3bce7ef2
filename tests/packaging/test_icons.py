"""Windows and macOS show the same drawing as Linux, at every size they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

PACKAGING = Path(__file__).parents[2] / "packaging"
LESION, BOX = (222, 230, 238), (47, 184, 155)


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("windows/ctbox.ico", {16, 24, 32, 48, 64, 128, 256}),
        ("macos/ctbox.icns", {32, 64, 128, 256, 512, 1024}),
    ],
)
def test_the_icon_has_all_sizes_and_the_drawing(name: str, sides: set[int]) -> None:
    with Image.open(PACKAGING / name) as icon:
        found = {each[0] * (each[2] if len(each) > 2 else 1) for each in icon.info["sizes"]}
        pixels = icon.convert("RGBA")
    assert sides <= found
    side = pixels.width
    centre = pixels.getpixel((int(side * 0.664), int(side * 0.477)))
    edge = pixels.getpixel((int(side * 0.664), int(side * 0.383)))
    assert _are_close(centre, LESION)
    assert _are_close(edge, BOX)
    assert pixels.getpixel((0, 0))[3] == 0  # type: ignore[index]


def _are_close(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(pixel[:3], colour, strict=True))

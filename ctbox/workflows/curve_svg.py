"""A loss curve as an SVG picture, drawn without a plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 45
_TICKS = 5


def draw_curve(title: str, values: Sequence[float], first: int = 1) -> str:
    """Return an SVG of a curve over epochs.

    Parameters
    ----------
    title : str
        Above it.
    values : sequence of float
        One an epoch.
    first : int
        Epoch from 1 to begin with: the start of a training dwarfs what follows.
    """
    shown = [(number, value) for number, value in enumerate(values, 1) if number >= first]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
    ]
    if not shown:
        parts.append(f'<text x="{_LEFT}" y="80">The run ended before epoch {first}.</text>')
        return "\n".join([*parts, "</svg>\n"])
    low, high = min(v for _, v in shown), max(v for _, v in shown)
    low, high = min(0.0, low), high if high > low else low + 1.0
    last = max(shown[-1][0], first + 1)
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        y, x = _place_y(share), _place_x(share)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        value = low + share * (high - low)
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{value:.4g}</text>')
        epoch = first + share * (last - first)
        place = _HEIGHT - _BOTTOM + 18
        parts.append(f'<text x="{x}" y="{place}" text-anchor="middle">{epoch:.0f}</text>')
    points = " ".join(
        f"{_place_x((n - first) / (last - first))},{_place_y((v - low) / (high - low))}"
        for n, v in shown
    )
    parts.append(f'<polyline points="{points}" fill="none" stroke="#1f66d0" stroke-width="1.5"/>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">epoch</text>')
    return "\n".join([*parts, "</svg>\n"])


def _place_x(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 2)


def _place_y(share: float) -> float:
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 2)

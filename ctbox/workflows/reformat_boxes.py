"""Boxes on slices as they look in planes across the slices: one rectangle over all its slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctbox.boxes import BoundingBox
from ctbox.workflows.reformat import Reformat, ReformatPlane

LINK_MM = 15.0
"""Boxes that overlap belong together on slices at most so far apart."""


@dataclass(frozen=True, slots=True)
class SliceBox:
    """A box on one slice.

    Parameters
    ----------
    box : BoundingBox
        In the slice's pixel edges.
    line : int
        The slice's place in the stack.
    tag : str
        What stands beside it.
    rank : float
        Of several joined boxes the highest one's tag is shown.
    """

    box: BoundingBox
    line: int
    tag: str
    rank: float = 0.0


BoxChain = tuple[SliceBox, ...]


def link_boxes(
    boxes: Mapping[int, Sequence[SliceBox]], positions_mm: Sequence[float]
) -> list[BoxChain]:
    """Join boxes of neighbouring slices that overlap.

    Parameters
    ----------
    boxes : mapping
        The boxes by the slice's place in the stack.
    positions_mm : sequence of float
        Where the slices lie along the stack.

    Returns
    -------
    list of BoxChain
        Each box once, chains in the order of their first slice.
    """
    chains: list[list[SliceBox]] = []
    for line in sorted(boxes):
        for own in boxes[line]:
            open_chains = [
                chain
                for chain in chains
                if chain[-1].line < line
                and abs(positions_mm[line] - positions_mm[chain[-1].line]) <= LINK_MM
                and _overlap(chain[-1].box, own.box) > 0
            ]
            if open_chains:
                max(open_chains, key=lambda chain: _overlap(chain[-1].box, own.box)).append(own)
            else:
                chains.append([own])
    return [tuple(chain) for chain in chains]


def _overlap(one: BoundingBox, other: BoundingBox) -> float:
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    return width * height if width > 0 and height > 0 else 0.0


def project_chain(
    chain: BoxChain, reformat: Reformat, plane: ReformatPlane
) -> tuple[BoundingBox, str] | None:
    """Return the rectangle of a chain in a plane, in its pixel edges, and its tag.

    None where the plane passes beside all of its boxes.
    """
    stack, middle = reformat.stack, plane.index + 0.5
    spans: list[tuple[float, float, SliceBox]] = []
    for own in chain:
        dx, dy = (float(value) for value in stack.shifts_px[own.line])
        across = (own.box.x1 + dx, own.box.x2 + dx)
        down = (own.box.y1 + dy, own.box.y2 + dy)
        along, held = (across, down) if plane.across == "row" else (down, across)
        if held[0] <= middle <= held[1]:
            spans.append((along[0], along[1], own))
    if not spans:
        return None
    half = stack.median_step_mm / 2
    depths = [float(stack.positions_mm[own.line]) for _, _, own in spans]
    top = (min(depths) - half) / stack.step_mm + 0.5
    bottom = (max(depths) + half) / stack.step_mm + 0.5
    left, right = min(span[0] for span in spans), max(span[1] for span in spans)
    tag = max((own for _, _, own in spans), key=lambda own: own.rank).tag
    if plane.is_turned:
        return BoundingBox(top, left, bottom, right), tag
    return BoundingBox(left, top, right, bottom), tag

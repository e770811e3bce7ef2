"""Boxes between two boxes of one lesion, by interpolation along the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ctbox.annotations.box_edits import OwnBox
from ctbox.boxes import BoundingBox


@dataclass(frozen=True, slots=True)
class Proposal:
    """A box that the reader has still to confirm.

    Parameters
    ----------
    slice_index : int
        Where it lies in the series.
    box : BoundingBox
        On whole pixels.
    label : str
        That of the boxes it lies between.
    """

    slice_index: int
    box: BoundingBox
    label: str


def propose_between(
    anchor: OwnBox,
    own: Mapping[int, Sequence[OwnBox]],
    anchor_index: int,
    positions_mm: Sequence[float | None],
) -> tuple[Proposal, ...]:
    """Return proposals for all slices between the boxes of one lesion.

    The lesion is followed from one box in both directions: the nearest slice with a box of the
    same label that overlaps in plane is the next one. Edges run linearly in millimetres, by
    slice number where a position is unknown, and are rounded half to even.

    Parameters
    ----------
    anchor : OwnBox
        One box of the lesion.
    own : mapping
        Slice index to the reader's boxes there.
    anchor_index : int
        The anchor's slice.
    positions_mm : sequence of float or None
        Position of every slice along the normal.
    """
    chain = [(anchor_index, anchor)]
    for direction in (-1, 1):
        here = (anchor_index, anchor)
        while (following := _find_next(here, own, direction)) is not None:
            chain.append(following)
            here = following
    chain.sort(key=lambda each: each[0])
    proposals: list[Proposal] = []
    for first, last in pairwise(chain):
        proposals += _interpolate(first, last, positions_mm)
    return tuple(proposals)


def _find_next(
    here: tuple[int, OwnBox], own: Mapping[int, Sequence[OwnBox]], direction: int
) -> tuple[int, OwnBox] | None:
    index, box = here
    beyond = [i for i in own if (i - index) * direction > 0]
    for place in sorted(beyond, key=lambda i: abs(i - index)):
        same = [each for each in own[place] if each.label == box.label]
        best = max(same, key=lambda each: each.box.iou(box.box), default=None)
        if best is not None and best.box.iou(box.box) > 0:
            return place, best
    return None


def _interpolate(
    first: tuple[int, OwnBox], last: tuple[int, OwnBox], positions_mm: Sequence[float | None]
) -> list[Proposal]:
    (start, a), (end, b) = first, last
    places: list[float | None] = [positions_mm[i] for i in range(start, end + 1)]
    known = [place for place in places if place is not None]
    if len(known) < len(places) or known[0] == known[-1]:
        known = [float(i) for i in range(start, end + 1)]
    proposals = []
    for offset in range(1, end - start):
        share = (known[offset] - known[0]) / (known[-1] - known[0])
        edges = (
            float(round(p + (q - p) * share))
            for p, q in zip(a.box.as_tuple(), b.box.as_tuple(), strict=True)
        )
        proposals.append(Proposal(start + offset, BoundingBox(*edges), a.label))
    return proposals

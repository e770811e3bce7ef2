"""The lines of the lesion list: what the model linked, and what the expert has beside it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ctbox.boxes import BoundingBox, as_box_array, compute_iou
from ctbox.evaluation.scoring import ScoredSlice, score_lesions
from ctbox.evaluation.slices import DetectedLesion
from ctbox.evaluation.truth import TruthLesion, find_truth_lesions
from ctbox.gui.lesions.counting import HitCounts, SeriesScore
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.scene import BoxKind
from ctbox.model.detection import Detection, Lesion
from ctbox.workflows.open_case import SeriesCase


class Verdict(enum.Enum):
    """What the expert's boxes say of a lesion; the value is what the list shows."""

    HIT = "TP"
    FALSE = "FP"
    MISSED = "FN"
    UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class LesionRow:
    """One lesion, as values ready to be shown.

    Parameters
    ----------
    kind : BoxKind
        Whose lesion it is: the model's, or an expert's that was missed.
    number : int
        From 1 within its kind.
    subtype : str
        Letters of the expert's labels; empty where no expert's box overlaps it.
    score : float or None
        Of the lesion; None for an expert's.
    slice_count : int
        Slices on which it has a box at this confidence.
    long_axis_mm : float or None
        Its size; None where nothing is known in mm.
    size_note : str
        What the size was measured on.
    iou : float or None
        Mean over the slices it shares with the expert's boxes; for a missed one the best of any
        shown box. None where there is nothing to compare with.
    verdict : Verdict
        Hit, false, missed, or nobody can tell.
    sop_instance_uid : str
        The slice to go to: where its score is best, or the expert's box largest.
    box : BoundingBox
        Its box there.
    """

    kind: BoxKind
    number: int
    subtype: str
    score: float | None
    slice_count: int
    long_axis_mm: float | None
    size_note: str
    iou: float | None
    verdict: Verdict
    sop_instance_uid: str
    box: BoundingBox

    @property
    def key(self) -> tuple[BoxKind, int]:
        """What stays the same while the confidence moves."""
        return self.kind, self.number


_Boxes = Sequence[tuple[str, Detection]]


class LesionTable:
    """A series' lesions of any score; `build_rows` lists those of a confidence.

    Parameters
    ----------
    series_case : SeriesCase
        The series and its expert's boxes.
    score : SeriesScore
        Its slices and what they may be used for.
    lesions : sequence of Lesion
        What the model linked, best first.
    """

    def __init__(
        self, series_case: SeriesCase, score: SeriesScore, lesions: Sequence[Lesion]
    ) -> None:
        self._case = series_case
        self._hit_iou = score.hit_iou
        self._lesions = tuple(lesions)
        self._truth = find_truth_lesions(score.slices)
        nothing = np.zeros((0, 0), dtype=bool)
        pairs = zip(score.slices, score.statuses, strict=True)
        self._scored = [ScoredSlice(one, status, None, nothing) for one, status in pairs]
        self._order = {one.sop_uid: i for i, one in enumerate(score.slices)}

    def build_rows(self, threshold: float) -> tuple[LesionRow, ...]:
        """Return the model's lesions from this score on, best first, then the missed ones."""
        shown = [(lesion, _keep_sure(lesion, threshold)) for lesion in self._lesions]
        shown = [(lesion, boxes) for lesion, boxes in shown if boxes]
        found = [self._build_found(lesion, boxes) for lesion, boxes in shown]
        return (*found, *self._build_missed([boxes for _, boxes in shown]))

    def find_key(self, sop_instance_uid: str, box: BoundingBox) -> tuple[BoxKind, int] | None:
        """Return the key of the model's lesion that has this box; None if it belongs to none."""
        for lesion in self._lesions:
            if lesion.get_box(sop_instance_uid) == box:
                return BoxKind.DETECTION, lesion.lesion_id
        return None

    def _build_found(self, lesion: Lesion, boxes: _Boxes) -> LesionRow:
        uid, best = max(boxes, key=lambda member: member[1].score)
        overlaps = [self._compare(uid, one.box) for uid, one in boxes]
        compared = [iou for iou, _ in overlaps if iou is not None]
        size = lesion.size
        return LesionRow(
            kind=BoxKind.DETECTION,
            number=lesion.lesion_id,
            subtype=_join(label for _, labels in overlaps for label in labels),
            score=lesion.score,
            slice_count=len(boxes),
            long_axis_mm=None if size is None else size.long_axis_mm,
            size_note=""
            if size is None
            else tr("measured on the {source}").format(source=size.source),
            iou=float(np.mean(compared)) if compared else None,
            verdict=self._judge(lesion, boxes),
            sop_instance_uid=uid,
            box=best.box,
        )

    def _compare(self, uid: str, box: BoundingBox) -> tuple[float | None, list[str]]:
        """Return the best IoU with the expert's boxes of a slice, and the labels it touches."""
        drawn = [each for each in self._case.annotations.get(uid, ()) if not each.box.is_degenerate]
        if not drawn:
            return None, []
        iou = compute_iou([box.as_tuple()], as_box_array([each.box for each in drawn]))[0]
        touched = [each.label for each, value in zip(drawn, iou, strict=True) if value > 0]
        return float(iou.max()), touched

    def _judge(self, lesion: Lesion, boxes: _Boxes) -> Verdict:
        if not self._truth:
            return Verdict.UNKNOWN
        detected = self._detect(lesion.score, boxes)
        result = score_lesions(self._scored, self._truth, [detected], self._hit_iou)
        if any(one.score is not None for one in result.lesions):
            return Verdict.HIT
        return Verdict.FALSE if result.false else Verdict.UNKNOWN

    def _detect(self, score: float, boxes: _Boxes) -> DetectedLesion:
        return DetectedLesion(
            self._case.series.key,
            score,
            tuple(uid for uid, _ in boxes),
            as_box_array([one.box for _, one in boxes]),
        )

    def _build_missed(self, shown: Sequence[_Boxes]) -> list[LesionRow]:
        detected = [self._detect(1.0, boxes) for boxes in shown]
        result = score_lesions(self._scored, self._truth, detected, self._hit_iou)
        missed = [one.lesion for one in result.lesions if one.score is None]
        missed.sort(key=lambda lesion: self._order[lesion.sop_uids[0]])
        boxes = [member for lesion in shown for member in lesion]
        return [self._build_miss(i, lesion, boxes) for i, lesion in enumerate(missed, start=1)]

    def _build_miss(self, number: int, lesion: TruthLesion, shown: _Boxes) -> LesionRow:
        sides = lesion.boxes[:, 2:] - lesion.boxes[:, :2]
        largest = int(np.argmax(sides[:, 0] * sides[:, 1]))
        best = 0.0
        for uid, box in zip(lesion.sop_uids, lesion.boxes, strict=True):
            near = [one.box for where, one in shown if where == uid]
            best = max(best, float(compute_iou(box[None], as_box_array(near)).max(initial=0.0)))
        return LesionRow(
            kind=BoxKind.EXPERT,
            number=number,
            subtype=_join(
                each.label
                for uid, box in zip(lesion.sop_uids, lesion.boxes, strict=True)
                for each in self._case.annotations.get(uid, ())
                if each.box.as_tuple() == tuple(box)
            ),
            score=None,
            slice_count=len(set(lesion.sop_uids)),
            long_axis_mm=lesion.size_mm,
            size_note=tr("longer side of the expert's largest box"),
            iou=best,
            verdict=Verdict.MISSED,
            sop_instance_uid=lesion.sop_uids[largest],
            box=BoundingBox(*(float(value) for value in lesion.boxes[largest])),
        )


def _keep_sure(lesion: Lesion, threshold: float) -> _Boxes:
    members = zip(lesion.sop_instance_uids, lesion.detections, strict=False)
    return [(uid, one) for uid, one in members if one.score >= threshold]


def _join(labels: Iterable[str]) -> str:
    return "/".join(sorted(set(labels)))


def count_lesions(rows: Sequence[LesionRow]) -> HitCounts:
    """Return how many lesions of a list hit, are false, are missed, or cannot be judged."""
    verdicts = [row.verdict for row in rows]
    return HitCounts(
        verdicts.count(Verdict.HIT),
        verdicts.count(Verdict.FALSE),
        verdicts.count(Verdict.MISSED),
        verdicts.count(Verdict.UNKNOWN),
    )


NO_VALUE = "–"


def format_lesion(row: LesionRow) -> tuple[str, ...]:
    """Return a lesion's cells: name, score, slices, long axis in mm, IoU, verdict."""
    whose = tr("AI") if row.kind is BoxKind.DETECTION else tr("Exp.")
    name = f"{whose} {row.number}" + (f" · {row.subtype}" if row.subtype else "")
    return (
        name,
        NO_VALUE if row.score is None else f"{row.score:.2f}",
        str(row.slice_count),
        NO_VALUE if row.long_axis_mm is None else f"{row.long_axis_mm:.0f}",
        NO_VALUE if row.iou is None else f"{row.iou:.2f}",
        row.verdict.value,
    )


_VERDICT_WORDS = {
    Verdict.HIT: mark("hits an expert's lesion"),
    Verdict.FALSE: mark("hits no expert's lesion"),
    Verdict.MISSED: mark("missed by the model at this confidence"),
    Verdict.UNKNOWN: mark("no expert's box there to judge it by"),
}


def describe_lesion(row: LesionRow) -> str:
    """Return a lesion in words, for tool tips and screen readers."""
    whose = tr("AI lesion") if row.kind is BoxKind.DETECTION else tr("Expert's lesion")
    parts = [f"{whose} {row.number}", tr(_VERDICT_WORDS[row.verdict])]
    if row.subtype:
        parts.append(tr("expert's label {subtype}").format(subtype=row.subtype))
    if row.score is not None:
        parts.append(tr("score {score:.3f}").format(score=row.score))
    parts.append(tr("%n slice(s)", "", row.slice_count))
    if row.long_axis_mm is not None:
        parts.append(
            tr("long axis {long_axis_mm:.1f} mm ({size_note})").format(
                long_axis_mm=row.long_axis_mm, size_note=row.size_note
            )
        )
    if row.iou is not None:
        what = tr("mean IoU") if row.kind is BoxKind.DETECTION else tr("best IoU of a shown box")
        parts.append(f"{what} {row.iou:.2f}")
    return ", ".join(parts)

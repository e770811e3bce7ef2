"""What the inspector knows of a slice, as plain values: boxes, pairs and their overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import OwnBox
from ctbox.boxes import BoundingBox, as_box_array, compute_iou
from ctbox.dicom.series import LUNG_WINDOW, VoiWindow
from ctbox.gui.sentences import say
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.readout import (
    describe_annotation,
    describe_detection,
    describe_own,
    match_one_to_one,
)
from ctbox.gui.viewer.scene import BoxKind
from ctbox.model.detection import Detection

if TYPE_CHECKING:
    from ctbox.imaging.outline import Outline


@dataclass(frozen=True, eq=False)
class InspectedSlice:
    """Everything that the inspector shows of one slice.

    Parameters
    ----------
    sop_instance_uid : str
        Which slice it is.
    pixels : ndarray or None
        HU (rows, columns), or colours uint8 (rows, columns, 3); None while they are not read.
    pixel_spacing_mm : tuple of float or None
        Distance of rows and of columns.
    annotations : tuple of Annotation
        The expert's boxes.
    detections : tuple of Detection or None
        The shown predicted boxes, best first; None where the slice was not predicted.
    selected_annotation, selected_detection : int or None
        Places of the selected boxes.
    window : VoiWindow
        The display window of the pictures; no measure depends on it.
    own : tuple of OwnBox
        The reader's own boxes and proposals.
    selected_own : int or None
        Number of the selected one of those.
    ai_hidden : bool
        Whether what the model said is kept back, as while a reader reads blind.
    expert_hidden : bool
        Whether the expert's boxes are kept back as well.
    """

    sop_instance_uid: str
    pixels: NDArray[np.generic] | None
    pixel_spacing_mm: tuple[float, float] | None = None
    annotations: tuple[Annotation, ...] = ()
    detections: tuple[Detection, ...] | None = None
    selected_annotation: int | None = None
    selected_detection: int | None = None
    window: VoiWindow = LUNG_WINDOW
    own: tuple[OwnBox, ...] = ()
    selected_own: int | None = None
    ai_hidden: bool = False
    expert_hidden: bool = False

    @property
    def is_color(self) -> bool:
        """Whether the pixels are colours, which cannot be outlined."""
        return self.pixels is not None and self.pixels.ndim == 3

    @property
    def selection(self) -> tuple[int | None, int | None]:
        """The selected expert's box and detection; None also where that box is gone."""
        return (
            _keep_index(self.selected_annotation, len(self.annotations)),
            _keep_index(self.selected_detection, len(self.detections or ())),
        )

    @property
    def iou(self) -> NDArray[np.float64]:
        """IoU (expert's boxes, detections)."""
        return compute_iou(
            as_box_array([annotation.box for annotation in self.annotations]),
            as_box_array([detection.box for detection in self.detections or ()]),
        )


@dataclass(frozen=True, slots=True)
class BoxPair:
    """The two boxes that the pictures and measures are of.

    Parameters
    ----------
    annotation, detection : int or None
        Their places on the slice; None where there is none.
    iou : float or None
        Their overlap; None unless there are both.
    """

    annotation: int | None = None
    detection: int | None = None
    iou: float | None = None


def choose_pair(shown: InspectedSlice) -> BoxPair:
    """Return the selected boxes, each completed by the other kind's box that overlaps it most.

    With nothing selected it is the pair that overlaps most, else the first expert's box and the
    surest detection there are, each alone if they do not touch: then both, with IoU 0.
    """
    iou = shown.iou
    row, column = shown.selection
    if row is None and column is None:
        row, column = _find_best(iou)
    elif row is None and column is not None:
        row = _find_overlapping(iou[:, column])
    elif column is None and row is not None:
        column = _find_overlapping(iou[row])
    both = row is not None and column is not None
    return BoxPair(row, column, float(iou[row, column]) if both else None)


def _keep_index(index: int | None, count: int) -> int | None:
    return index if index is not None and 0 <= index < count else None


def _find_best(iou: NDArray[np.float64]) -> tuple[int | None, int | None]:
    rows, columns = iou.shape
    if rows and columns:
        row, column = np.unravel_index(int(iou.argmax()), iou.shape)
        return int(row), int(column)
    return (0 if rows else None), (0 if columns else None)


def _find_overlapping(iou: NDArray[np.float64]) -> int | None:
    return int(iou.argmax()) if iou.size and iou.max() > 0 else None


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One line of the list of boxes.

    Parameters
    ----------
    kind : BoxKind
        Whose box it is.
    index : int
        Its place among the boxes of that kind; the number of one of the reader's own.
    name : str
        Its tag, as on the image.
    size : str
        Width × height in mm, or in pixels where the spacing is unknown.
    overlap : str
        Its IoU with its partner, or why there is none.
    tip : str
        Edges in pixels, and every overlap.
    """

    kind: BoxKind
    index: int
    name: str
    size: str
    overlap: str
    tip: str


def build_box_rows(shown: InspectedSlice) -> tuple[BoxRow, ...]:
    """Return the lines of the list: expert's boxes in file order, AI's best first, then one's own.

    Partners are one to one, the greatest overlaps first, as the IoU on the image counts them.
    """
    iou = shown.iou
    partners = match_one_to_one(iou)
    rows = []
    for index, annotation in enumerate(shown.annotations):
        partner = partners[index]
        if shown.detections is None:
            overlap = tr("AI hidden") if shown.ai_hidden else tr("not predicted")
        else:
            overlap = tr("missed") if partner is None else f"IoU {iou[index, partner]:.2f}"
        tip = _describe_box(annotation.box, iou[index], tr("AI box"))
        name = describe_annotation(annotation)
        rows.append(_make_row(shown, BoxKind.EXPERT, index, (name, annotation.box, overlap, tip)))
    for index, detection in enumerate(shown.detections or ()):
        if index in partners:
            overlap = f"IoU {iou[partners.index(index), index]:.2f}"
        else:
            overlap = tr("no partner") if shown.annotations else tr("no annotation")
        tip = _describe_box(detection.box, iou[:, index], tr("expert's box"))
        name = describe_detection(detection)
        rows.append(_make_row(shown, BoxKind.DETECTION, index, (name, detection.box, overlap, tip)))
    return (*rows, *(_make_own_row(shown, own) for own in shown.own))


def _make_own_row(shown: InspectedSlice, own: OwnBox) -> BoxRow:
    """Return the line of a reader's box, with the expert's box that overlaps it most."""
    overlaps = np.array([own.box.iou(each.box) for each in shown.annotations])
    nothing = tr("hidden") if shown.expert_hidden else tr("no annotation")
    overlap = f"IoU {overlaps.max():.2f}" if overlaps.size else nothing
    tip = _describe_box(own.box, overlaps, tr("expert's box"))
    kind = BoxKind.PROPOSAL if own.box_id < 0 else BoxKind.MINE
    return _make_row(shown, kind, own.box_id, (describe_own(own), own.box, overlap, tip))


def _make_row(
    shown: InspectedSlice, kind: BoxKind, index: int, texts: tuple[str, BoundingBox, str, str]
) -> BoxRow:
    name, box, overlap, tip = texts
    return BoxRow(kind, index, name, format_size(box, shown.pixel_spacing_mm), overlap, tip)


def format_size(box: BoundingBox, spacing_mm: tuple[float, float] | None) -> str:
    """Return width × height in mm, or in pixels where the spacing is unknown."""
    if spacing_mm is None:
        return f"{box.width:.0f} × {box.height:.0f} px"
    return f"{box.width * spacing_mm[1]:.0f} × {box.height * spacing_mm[0]:.0f} mm"


def _describe_box(box: BoundingBox, overlaps: NDArray[np.float64], other: str) -> str:
    lines = [f"x {box.x1:.0f}…{box.x2:.0f}, y {box.y1:.0f}…{box.y2:.0f} px"]
    lines += [
        tr("IoU {value:.2f} with {other} {place}").format(value=value, other=other, place=place + 1)
        for place, value in enumerate(overlaps)
        if value > 0
    ]
    return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class OutlinePair:
    """The outlines within the two boxes of a pair; None where there is no such box."""

    expert: Outline | None = None
    predicted: Outline | None = None

    @property
    def shown(self) -> Outline | None:
        """The one in the picture: the predicted box's, or the expert's where there is none."""
        return self.expert if self.predicted is None else self.predicted


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure of both outlines, as text; a dash where it cannot be had."""

    name: str
    expert: str
    predicted: str
    tip: str


NO_VALUE = "–"
_MEASURES = (
    (
        mark("Long axis"),
        "long_axis_mm",
        "mm",
        mark("Greatest diameter of the outline in this slice"),
    ),
    (
        mark("Short axis"),
        "short_axis_mm",
        "mm",
        mark("Greatest diameter perpendicular to the long axis"),
    ),
    (mark("Area"), "area_mm2", "mm²", mark("Area within the outline")),
)


def build_measure_rows(outlines: OutlinePair | None) -> tuple[MeasureRow, ...]:
    """Return axes and area of both outlines; dashes while there are none."""
    pair = outlines or OutlinePair()
    return tuple(
        MeasureRow(
            tr(name),
            _format_measure(pair.expert, field, unit),
            _format_measure(pair.predicted, field, unit),
            tr(tip),
        )
        for name, field, unit, tip in _MEASURES
    )


def _format_measure(outline: Outline | None, field: str, unit: str) -> str:
    value = None if outline is None else getattr(outline, field)
    if value is None:
        return NO_VALUE
    return f"{value:.0f} {unit}" if field == "area_mm2" else f"{value:.1f} {unit}"


def compose_measures(shown: InspectedSlice, outlines: OutlinePair | None, overlap: str = "") -> str:
    """Return boxes, overlap, axes and areas as lines with tabs, for a report or a spreadsheet.

    Parameters
    ----------
    shown : InspectedSlice
        The slice.
    outlines : OutlinePair or None
        The outlines of the pair that is shown.
    overlap : str
        What the IoU corner says.
    """
    lines = [f"slice\t{shown.sop_instance_uid}"]
    if overlap:
        lines.append(f"overlap\t{overlap}")
    lines += ["", "box\tsize\toverlap\tx1\ty1\tx2\ty2 (px)"]
    boxes = [each.box for each in shown.annotations]
    boxes += [each.box for each in shown.detections or ()]
    for row, box in zip(build_box_rows(shown), boxes, strict=True):
        edges = "\t".join(f"{edge:.1f}" for edge in box.as_tuple())
        lines.append(f"{row.name}\t{row.size}\t{row.overlap}\t{edges}")
    lines += ["", "measure\texpert's box\tAI box"]
    lines += [f"{row.name}\t{row.expert}\t{row.predicted}" for row in build_measure_rows(outlines)]
    lines += list(build_remarks(outlines))
    return "\n".join(lines) + "\n"


def build_remarks(outlines: OutlinePair | None) -> tuple[str, ...]:
    """Return what must be known of the outlines: cut off, missing, without millimetres."""
    remarks: list[str] = []
    pair = outlines or OutlinePair()
    for whose, outline in ((tr("Expert's box"), pair.expert), (tr("AI box"), pair.predicted)):
        if outline is None:
            continue
        if outline.touches_box_edge:
            remarks.append(
                tr("{whose}: the outline meets the box's edge, it may be cut off.").format(
                    whose=whose
                )
            )
        if outline.reason is not None:
            remarks.append(f"{whose}: {say(outline.reason)}")
    return tuple(remarks)

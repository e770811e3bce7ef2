"""What the viewer's corners and status bar say; pure functions of plain values."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import Origin, OwnBox
from ctbox.boxes import as_box_array, compute_iou
from ctbox.dicom.series import Series, Slice, VoiWindow
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import Source
from ctbox.model.detection import Detection

_AGE_UNITS = {"Y": mark("y"), "M": mark("mo"), "W": mark("wk"), "D": mark("d")}


class IouKind(enum.Enum):
    """What kind of statement the IoU corner makes."""

    NO_ANNOTATION = "no annotation"
    NOT_PREDICTED = "not predicted"
    VALUE = "value"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class IouReadout:
    """The IoU corner.

    Parameters
    ----------
    kind : IouKind
        What it states.
    text : str
        The line to show, such as ``IoU 0.74``.
    note : str
        What the number refers to, where that needs saying.
    value : float or None
        The IoU, None where there is none to give (which is not 0).
    """

    kind: IouKind
    text: str
    note: str = ""
    value: float | None = None


def describe_iou(
    annotations: Sequence[Annotation],
    detections: Sequence[Detection] | None,
    selected_annotation: int | None = None,
    selected_detection: int | None = None,
) -> IouReadout:
    """Return what the IoU corner says of a slice.

    With boxes selected it speaks of the selected pair: the selected box with its best
    counterpart, or both where both are selected. Otherwise it gives the mean over the expert's
    boxes, each with the best detection that no other box took, a miss counting 0.

    Parameters
    ----------
    annotations : sequence of Annotation
        The expert's boxes on the slice.
    detections : sequence of Detection or None
        The shown predicted boxes; None where the slice was not predicted.
    selected_annotation, selected_detection : int or None
        Places of the selected boxes in the two lists.
    """
    if not annotations:
        return IouReadout(IouKind.NO_ANNOTATION, tr("no annotation"))
    if detections is None:
        return IouReadout(IouKind.NOT_PREDICTED, tr("not predicted"))
    iou = compute_iou(
        as_box_array([annotation.box for annotation in annotations]),
        as_box_array([detection.box for detection in detections]),
    )
    if selected_annotation is not None or selected_detection is not None:
        return _describe_pair(iou, selected_annotation, selected_detection)
    matched = match_one_to_one(iou)
    value = float(np.mean([iou[i, j] if j is not None else 0.0 for i, j in enumerate(matched)]))
    missed = sum(j is None for j in matched)
    if missed == len(matched):
        return _describe_miss("" if missed == 1 else tr("all {missed} boxes").format(missed=missed))
    note = "" if len(matched) == 1 else tr("mean of {count} boxes").format(count=len(matched))
    if missed:
        note += tr(", {missed} missed").format(missed=missed)
    return IouReadout(IouKind.VALUE, f"IoU {value:.2f}", note, value)


def warn_of_known(told: IouReadout) -> IouReadout:
    """Add to an IoU that the model has learnt from this patient: then it proves nothing."""
    if told.kind not in (IouKind.VALUE, IouKind.MISSED):
        return told
    warning = tr("learnt from this patient")
    return replace(told, note=f"{told.note} · {warning}" if told.note else warning)


def describe_unpredictable(series: Series) -> IouReadout:
    """Return what the IoU corner says where the detector does not run at all."""
    if series.is_secondary_capture or series.slices[0].is_color:
        why = tr("secondary capture")
    else:
        why = tr("not a volume") if series.not_a_volume else tr("not CT")
    return IouReadout(IouKind.NOT_PREDICTED, tr("not predicted"), why)


def match_one_to_one(iou: NDArray[np.float64]) -> list[int | None]:
    """Return for each expert's box its detection, the greatest overlaps first.

    Parameters
    ----------
    iou : ndarray
        IoU (expert's boxes, detections).

    Returns
    -------
    list of int or None
        Column of the detection for each row; None where none is left that overlaps.
    """
    matched: list[int | None] = [None] * iou.shape[0]
    taken: set[int] = set()
    for flat in np.argsort(-iou, axis=None, kind="stable"):
        row, column = divmod(int(flat), iou.shape[1])
        if iou[row, column] <= 0:
            break
        if matched[row] is None and column not in taken:
            matched[row] = column
            taken.add(column)
    return matched


def _describe_pair(
    iou: NDArray[np.float64], annotation: int | None, detection: int | None
) -> IouReadout:
    if annotation is not None and detection is not None:
        value = float(iou[annotation, detection])
    elif annotation is not None:
        value = float(iou[annotation].max(initial=0.0))
        if value <= 0:
            return _describe_miss(tr("selected box"))
    else:
        value = float(iou[:, detection].max(initial=0.0))
        if value <= 0:
            return IouReadout(
                IouKind.VALUE, f"IoU {value:.2f}", tr("no expert's box overlaps it"), value
            )
    return IouReadout(IouKind.VALUE, f"IoU {value:.2f}", tr("selected pair"), value)


def _describe_miss(note: str) -> IouReadout:
    return IouReadout(IouKind.MISSED, tr("IoU 0.00 (missed)"), note, 0.0)


def describe_annotation(annotation: Annotation) -> str:
    """Return an expert box's tag, such as ``Expert A``."""
    return tr("Expert {label}").format(label=annotation.label)


def describe_detection(detection: Detection) -> str:
    """Return a predicted box's tag, such as ``AI 0.87``."""
    return tr("AI {score:.2f}").format(score=detection.score)


def describe_own(own: OwnBox) -> str:
    """Return the tag of a reader's box, such as ``Mine A``."""
    if own.box_id < 0:
        return tr("Proposal {label}").format(label=own.label)
    if own.origin is Origin.EXPERT:
        return tr("Mine {label} (copy)").format(label=own.label)
    return tr("Mine {label}").format(label=own.label)


def format_date(stored: str | None) -> str:
    """Return a DICOM date (PS3.5, VR DA) as 2007-03-12; empty where it is none."""
    digits = (stored or "").replace(".", "")
    if len(digits) != 8 or not digits.isdecimal():
        return ""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def format_age(stored: str | None) -> str:
    """Return a DICOM age (PS3.5, VR AS) as 61 y, 8 mo, 3 wk or 5 d; empty where it is none."""
    if not stored or not stored[:-1].isdecimal() or stored[-1] not in _AGE_UNITS:
        return ""
    return f"{int(stored[:-1])} {tr(_AGE_UNITS[stored[-1]])}"


def describe_study(series: Series) -> str:
    """Return the corner line on when whom: date of the study, sex, age."""
    parts = (format_date(series.study_date), series.patient_sex, format_age(series.patient_age))
    return " · ".join(part for part in parts if part)


def describe_window(window: VoiWindow) -> str:
    """Return a window as readers say it, such as ``W 1400  L −700``."""
    return f"W {format_number(window.width)}  L {format_number(window.center)}"


def format_number(value: float) -> str:
    """Return a number without needless decimals, with a true minus sign."""
    return f"{value:.0f}".replace("-", "−")


def describe_slice(slice_: Slice, index: int, count: int) -> list[str]:
    """Return the corner lines on where a slice lies: number, position, thickness."""
    lines = [f"{index + 1} / {count}"]
    if slice_.position_along_normal_mm is not None:
        lines.append(f"z {slice_.position_along_normal_mm:.1f} mm".replace("-", "−"))
    if slice_.slice_thickness_mm is not None:
        lines.append(
            tr("thickness {slice_thickness_mm:g} mm").format(
                slice_thickness_mm=slice_.slice_thickness_mm
            )
        )
    return lines


def describe_source(source: Source | None) -> list[str]:
    """Return the corner line on how a slice was predicted; none where it was not."""
    return [] if source is None else [tr("AI: {source}").format(source=tr(source.value))]


def describe_series(series: Series) -> list[str]:
    """Return the corner lines on what a series is."""
    made = " · ".join(part for part in (series.manufacturer, series.convolution_kernel) if part)
    lines = [series.description or tr("No description"), _describe_acquisition(series), made]
    return [line for line in lines if line]


def name_series(series: Series) -> str:
    """Return what tells a series from its patient's others, in one line."""
    name = series.description or tr("No description")
    number = ""
    if _describe_acquisition(series):
        number = tr("acq. {acquisition_number}").format(
            acquisition_number=series.acquisition_number
        )
    # A narrow pane cuts off the end: what alone tells phases of one name apart comes first.
    return " · ".join(part for part in (number, name, series.convolution_kernel) if part)


def _describe_acquisition(series: Series) -> str:
    if series.acquisition_number is None or not series.was_split:
        return ""
    return tr("acquisition {acquisition_number}").format(
        acquisition_number=series.acquisition_number
    )


@dataclass(frozen=True, slots=True)
class ProbeReadout:
    """What lies under the pointer.

    Parameters
    ----------
    pixel : str
        Column, row and slice.
    value : str
        HU, or the colour's samples; empty while the pixels are not loaded.
    place : str
        Position in the patient in mm; empty where the files do not tell it.
    """

    pixel: str
    value: str
    place: str


def describe_probe(
    slice_: Slice, index: int, pixels: NDArray[np.generic] | None, x: int, y: int
) -> ProbeReadout:
    """Return what the status bar says of the pixel in column x and row y.

    Parameters
    ----------
    slice_ : Slice
        The shown slice.
    index : int
        Its place, from 0.
    pixels : ndarray or None
        HU (rows, columns), or colours uint8 (rows, columns, 3); None while not loaded.
    x, y : int
        Column and row.
    """
    value = ""
    if pixels is not None:
        value = _format_pixel(pixels[y, x], slice_.has_rescale)
    return ProbeReadout(
        tr("x {x}  y {y}  slice {index}").format(x=x, y=y, index=index + 1),
        value,
        _describe_place(slice_, x, y),
    )


def _format_pixel(pixel: NDArray[np.generic] | np.generic, has_rescale: bool) -> str:
    """Return HU for CT, which alone is read as int16, else a colour or a number without unit."""
    if np.ndim(pixel):
        return "RGB " + " ".join(str(int(sample)) for sample in np.asarray(pixel))
    value = float(np.asarray(pixel))
    if pixel.dtype != np.int16:
        return f"{value:g}"
    return (
        f"{format_number(value)} HU"
        if has_rescale
        else tr("{value} stored").format(value=format_number(value))
    )


def _describe_place(slice_: Slice, x: int, y: int) -> str:
    """Return the patient position (LPS) of a pixel's centre, by PS3.3 C.7.6.2.1.1."""
    position, orientation = slice_.image_position_mm, slice_.image_orientation
    spacing = slice_.pixel_spacing_mm
    if position is None or orientation is None or spacing is None:
        return ""
    row_mm, column_mm = spacing
    place = (
        position[i] + orientation[i] * column_mm * x + orientation[i + 3] * row_mm * y
        for i in range(3)
    )
    return "(" + ", ".join(f"{value:.1f}" for value in place).replace("-", "−") + ") mm"

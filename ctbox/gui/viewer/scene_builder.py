"""From a viewer's state to the scene that lies over its slice."""

from __future__ import annotations

from ctbox.dicom.geometry import compute_edge_letters
from ctbox.dicom.series import Orientation, Series, Slice
from ctbox.gui.subtype_names import describe_subtype
from ctbox.gui.translation import tr
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.scene import (
    AttentionMark,
    BoxKind,
    BoxMark,
    CornerTexts,
    EdgeTexts,
    Polyline,
    Scene,
)
from ctbox.gui.viewer.state import ViewerState


def build_scene(
    state: ViewerState, outlines: tuple[Polyline, ...] = (), message: str = ""
) -> Scene:
    """Return everything to paint over the shown slice.

    Parameters
    ----------
    state : ViewerState
        The viewer.
    outlines : tuple of polylines
        The contours of this slice, if they are to be shown.
    message : str
        A sentence for the middle, for a slice that cannot be shown.
    """
    series_case, slice_ = state.series_case, state.slice
    if series_case is None or slice_ is None:
        return Scene(message=message)
    attention = _mark_attention(state, slice_)
    boxes = _mark_annotations(state) + _mark_detections(state)
    if not state.overlays.texts:
        return Scene(boxes=boxes, outlines=outlines, message=message, attention=attention)
    spacing = slice_.pixel_spacing_mm
    return Scene(
        boxes=boxes,
        outlines=outlines,
        corners=_build_corners(state, series_case.series, slice_),
        few_corners=_build_few_corners(state, series_case.series, slice_),
        edges=find_edge_texts(slice_.image_orientation),
        iou=_build_iou(state, series_case.series),
        column_mm=None if spacing is None else spacing[1],
        message=message,
        attention=attention,
    )


def _mark_attention(state: ViewerState, slice_: Slice) -> AttentionMark | None:
    if not state.overlays.attention:
        return None
    found = state.store.find_attention(slice_.sop_instance_uid)
    if found is None:
        return None
    return AttentionMark(found, state.overlays.attention_opacity, slice_.columns, slice_.rows)


def _mark_annotations(state: ViewerState) -> tuple[BoxMark, ...]:
    if not state.overlays.annotations:
        return ()
    return tuple(
        BoxMark(
            annotation.box,
            BoxKind.EXPERT,
            readout.describe_annotation(annotation),
            index,
            state.selection.annotation == index,
        )
        for index, annotation in enumerate(state.annotations)
    )


def _mark_detections(state: ViewerState) -> tuple[BoxMark, ...]:
    if not state.overlays.detections:
        return ()
    return tuple(
        BoxMark(
            detection.box,
            BoxKind.DETECTION,
            readout.describe_detection(detection),
            index,
            state.selection.detection == index,
        )
        for index, detection in enumerate(state.detections or ())
    )


def _build_iou(state: ViewerState, series: Series) -> readout.IouReadout | None:
    if series.skip_detection_reason is not None:
        if not state.annotations:
            return None
        return readout.describe_unpredictable(series)
    if state.store.is_hidden:
        return None
    selection = state.selection
    told = readout.describe_iou(
        state.annotations, state.detections, selection.annotation, selection.detection
    )
    return readout.warn_of_known(told) if state.store.knows(series) else told


def _build_corners(state: ViewerState, series: Series, slice_: Slice) -> CornerTexts:
    who = _describe_patient(state, series)
    # The subtype is part of what a blind reading must not know.
    if state.overlays.patient and not state.store.hides_expert:
        who += tuple(line for line in (describe_subtype(series.subtype),) if line)
    zoom = (
        tr("zoom {zoom:.1f}×").format(zoom=state.placement.zoom)
        if state.placement.zoom != 1.0
        else ""
    )
    return CornerTexts(
        top_left=who,
        top_right=tuple(readout.describe_series(series)),
        bottom_left=(
            *readout.describe_source(state.store.find_source(slice_.sop_instance_uid)),
            *readout.describe_slice(slice_, state.slice_index, state.slice_count),
        ),
        bottom_right=tuple(line for line in (zoom, *_describe_display(state, slice_)) if line),
    )


def _build_few_corners(state: ViewerState, series: Series, slice_: Slice) -> CornerTexts:
    """Return what must not be missing: whose image it is, of when, which slice, which window."""
    return CornerTexts(
        top_left=_describe_patient(state, series),
        top_right=(readout.name_series(series),),
        bottom_left=tuple(readout.describe_slice(slice_, state.slice_index, state.slice_count)[:1]),
        bottom_right=_describe_display(state, slice_),
    )


def _describe_patient(state: ViewerState, series: Series) -> tuple[str, ...]:
    if not state.overlays.patient:
        return ()
    patient = series.patient_id or tr("Unknown patient")
    return tuple(line for line in (patient, readout.describe_study(series)) if line)


def _describe_display(state: ViewerState, slice_: Slice) -> tuple[str, ...]:
    if slice_.is_color:
        return ()
    return (f"{state.window.name}  {readout.describe_window(state.window)}".strip(),)


def find_edge_texts(orientation: Orientation | None) -> EdgeTexts:
    """Return the orientation letters; empty where the file tells no orientation."""
    letters = compute_edge_letters(orientation)
    return EdgeTexts(letters.left, letters.right, letters.top, letters.bottom)

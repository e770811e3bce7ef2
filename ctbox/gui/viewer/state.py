"""What one viewer shows: the state that views render and never edit by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import CT_CLASSES, LUNG_WINDOW, Slice, VoiWindow
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.placement import Placement
from ctbox.model.detection import Detection
from ctbox.workflows.open_case import SeriesCase

MIN_WINDOW_WIDTH = 1.0
MAX_WINDOW_WIDTH = 8000.0
WINDOW_CENTER_LIMIT = 6000.0
DEFAULT_OPACITY = 0.6
"""Of the attention map's brightest place."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which boxes of the shown slice are selected, by their place in the slice's lists.

    Parameters
    ----------
    annotation, detection : int or None
        Index into `ViewerState.annotations` and into `ViewerState.detections`; both are set
        when the user paired an expert's box with a predicted one by hand.
    """

    annotation: int | None = None
    detection: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.annotation is None and self.detection is None


@dataclass(frozen=True, slots=True)
class Overlays:
    """Which layers lie over the slice."""

    annotations: bool = True
    detections: bool = True
    outline: bool = False
    texts: bool = True
    patient: bool = True
    mine: bool = True
    attention: bool = False
    attention_opacity: float = DEFAULT_OPACITY


class ViewerState(QObject):
    """Series, slice, window, placement, selection and overlays of one viewer.

    Parameters
    ----------
    store : DetectionStore
        The detections of the session, shared between viewers.
    """

    series_changed = Signal()
    slice_changed = Signal(int)
    window_changed = Signal()
    placement_changed = Signal()
    selection_changed = Signal()
    detections_changed = Signal()
    overlays_changed = Signal()
    outline_toggled = Signal(bool)

    def __init__(self, store: DetectionStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self._series_case: SeriesCase | None = None
        self._slice_index = 0
        self._window = LUNG_WINDOW
        self._needs_window = False
        self._smooth = True
        self.preferred_smooth = True
        """What resetting goes back to."""
        self._inverted = False
        self._placement = Placement()
        self._selection = Selection()
        self._selected: Detection | None = None
        self._overlays = Overlays()
        store.detections_changed.connect(self._on_detections_changed)

    # --- series and slice -------------------------------------------------------------------

    @property
    def series_case(self) -> SeriesCase | None:
        """The shown series with its expert boxes; None before one is opened."""
        return self._series_case

    @property
    def shows_hu(self) -> bool:
        """Whether the series' values are HU; true also while nothing is shown."""
        if self._series_case is None:
            return True
        series = self._series_case.series
        return series.modality == "CT" and series.sop_class_uid in CT_CLASSES

    @property
    def needs_window(self) -> bool:
        """Whether no window is known for this series until its pixels are seen."""
        return self._needs_window

    @property
    def slice_count(self) -> int:
        """Number of slices of the shown series."""
        return 0 if self._series_case is None else len(self._series_case.series.slices)

    @property
    def slice_index(self) -> int:
        """Place of the shown slice, 0 = most cranial."""
        return self._slice_index

    @property
    def slice(self) -> Slice | None:
        """The shown slice."""
        if self._series_case is None:
            return None
        return self._series_case.series.slices[self._slice_index]

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """The expert's boxes on the shown slice."""
        shown = self.slice
        return () if shown is None else self.find_annotations(shown.sop_instance_uid)

    def find_annotations(self, sop_instance_uid: str) -> tuple[Annotation, ...]:
        """Return the expert's boxes on a slice of the series; none while they are hidden."""
        if self._series_case is None or self.store.hides_expert:
            return ()
        return self._series_case.annotations.get(sop_instance_uid, ())

    @property
    def detections(self) -> tuple[Detection, ...] | None:
        """The predicted boxes shown on this slice; None if it was not predicted."""
        shown = self.slice
        return None if shown is None else self.store.find(shown.sop_instance_uid)

    def set_series(self, series_case: SeriesCase | None, slice_index: int = 0) -> None:
        """Show another series (None shows nothing); overlays stay as they are.

        The window stays too, except between series with HU and series without: those without
        begin with their file's own window, if there is one.
        """
        had_hu, self._series_case = self.shows_hu, series_case
        self._slice_index = 0
        self._slice_index = self._clamp_index(slice_index)
        self._placement = Placement()
        self._selection = Selection()
        self._inverted = series_case is not None and series_case.series.modality == "PT"
        if not self.shows_hu:
            own = () if self.slice is None else self.slice.windows
            self._needs_window = not own
            self._window = own[0] if own else self._window
        elif not had_hu:
            self._window, self._needs_window = LUNG_WINDOW, False
        self.series_changed.emit()
        self.window_changed.emit()
        self.placement_changed.emit()
        self.selection_changed.emit()
        self.slice_changed.emit(self._slice_index)

    def set_slice_index(self, index: int) -> None:
        """Show another slice; past the ends the last one stays."""
        index = self._clamp_index(index)
        if index == self._slice_index or self._series_case is None:
            return
        self._slice_index = index
        self.slice_changed.emit(index)
        self.set_selection(Selection())

    def step_slices(self, count: int) -> None:
        """Go this many slices on: positive is caudal."""
        self.set_slice_index(self._slice_index + count)

    # --- display ----------------------------------------------------------------------------

    @property
    def window(self) -> VoiWindow:
        """The display window in HU."""
        return self._window

    def set_window(self, window: VoiWindow) -> None:
        """Show another window; width and centre are kept within sensible limits."""
        width = min(max(window.width, MIN_WINDOW_WIDTH), MAX_WINDOW_WIDTH)
        center = min(max(window.center, -WINDOW_CENTER_LIMIT), WINDOW_CENTER_LIMIT)
        window = replace(window, center=center, width=width)
        self._needs_window = False
        if window != self._window:
            self._window = window
            self.window_changed.emit()

    @property
    def inverted(self) -> bool:
        """Whether high values are dark, as PET is read."""
        return self._inverted

    def set_inverted(self, inverted: bool) -> None:
        """Show high values dark, or bright."""
        if inverted != self._inverted:
            self._inverted = inverted
            self.window_changed.emit()

    @property
    def smooth(self) -> bool:
        """Whether pixels are interpolated on the screen."""
        return self._smooth

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate pixels on the screen, or show them as squares."""
        if smooth != self._smooth:
            self._smooth = smooth
            self.window_changed.emit()

    @property
    def placement(self) -> Placement:
        """Zoom and pan."""
        return self._placement

    def set_placement(self, placement: Placement) -> None:
        """Zoom and pan; stays put from slice to slice."""
        if placement != self._placement:
            self._placement = placement
            self.placement_changed.emit()

    def reset_display(self) -> None:
        """Back to the lung window, the whole image, preferred pixels, and nothing selected."""
        self.set_window(LUNG_WINDOW)
        self.set_smooth(self.preferred_smooth)
        self.set_placement(Placement())
        self.set_selection(Selection())

    # --- overlays and selection -------------------------------------------------------------

    @property
    def overlays(self) -> Overlays:
        """Which layers are shown."""
        return self._overlays

    def set_overlays(self, overlays: Overlays) -> None:
        """Show and hide layers."""
        before, self._overlays = self._overlays, overlays
        if overlays == before:
            return
        self.overlays_changed.emit()
        if overlays.outline != before.outline:
            self.outline_toggled.emit(overlays.outline)

    @property
    def selection(self) -> Selection:
        """The selected boxes of the shown slice."""
        return self._selection

    def set_selection(self, selection: Selection) -> None:
        """Select boxes; indices that do not exist on this slice are dropped."""
        detections = self.detections or ()
        annotation = _keep_index(selection.annotation, len(self.annotations))
        detection = _keep_index(selection.detection, len(detections))
        selection = Selection(annotation, detection)
        self._selected = None if detection is None else detections[detection]
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def find_selected_box(self) -> BoundingBox | None:
        """Return the selected box, a detection before an expert's; None without one."""
        chosen = self._selection
        if chosen.detection is not None:
            return (self.detections or ())[chosen.detection].box
        return None if chosen.annotation is None else self.annotations[chosen.annotation].box

    def _on_detections_changed(self) -> None:
        # The selected one keeps its selection as long as it is shown, whatever comes and goes.
        shown, selected = self.detections or (), self._selected
        place = shown.index(selected) if selected is not None and selected in shown else None
        self.set_selection(Selection(self._selection.annotation, place))
        self.detections_changed.emit()

    def _clamp_index(self, index: int) -> int:
        return min(max(index, 0), max(self.slice_count - 1, 0))


def _keep_index(index: int | None, count: int) -> int | None:
    return index if index is not None and 0 <= index < count else None

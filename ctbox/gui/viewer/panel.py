"""One viewer: the image, the notice above it and the slice slider below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from ctbox.dicom.series import VoiWindow
from ctbox.dicom.suv_scale import SuvScale
from ctbox.gui.banner import Banner
from ctbox.gui.figure_field import indent_figure
from ctbox.gui.translation import tr
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.outline_layer import OutlineLayer
from ctbox.gui.viewer.rendering import compute_full_window
from ctbox.gui.viewer.slice_slider import SliceSlider
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.gui.viewer.state import ViewerState

SUV_WINDOWS = tuple(
    VoiWindow(highest / 2, float(highest), f"SUV 0–{highest}") for highest in (5, 7, 10, 15)
)
DEFAULT_CINE_FPS, MAX_CINE_FPS = 12, 60


class ViewerPanel(QWidget):
    """Binds one `ViewerState` to its widgets and its loader.

    Parameters
    ----------
    state : ViewerState
        What to show.
    loader : SliceLoader
        Reads the slices in the background.
    outlines : OutlineLayer
        Finds the outlines in the background.
    """

    probe_changed = Signal(object)
    cine_changed = Signal(bool)
    cine_speed_changed = Signal(int)

    def __init__(
        self,
        state: ViewerState,
        loader: SliceLoader,
        outlines: OutlineLayer,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = state
        self.loader = loader
        self.outlines = outlines
        self.view = SliceView(state)
        self.slider = SliceSlider()
        self.banner = Banner()
        self._cine = QTimer(self)
        self._cine.setTimerType(Qt.TimerType.PreciseTimer)
        self.cine_speed = _build_speed_box()
        self.set_cine_speed(DEFAULT_CINE_FPS)
        self._pointer: tuple[int, int] | None = None
        # What else is known of a pixel, such as the uptake of a PET that is laid on it.
        self.find_extra: Callable[[int, int], str] = lambda _x, _y: ""
        self.setFocusProxy(self.view)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        bar = QWidget()
        bar.setObjectName("sliceBar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bar = row = QHBoxLayout(bar)
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self.cine_speed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.view, 1)
        layout.addWidget(bar)

    def add_to_bar(self, widget: QWidget) -> None:
        """Put one more control beside the slice slider."""
        self._bar.addWidget(widget)

    def _connect(self) -> None:
        self.state.series_changed.connect(self._on_series_changed)
        self.state.slice_changed.connect(self._on_slice_changed)
        self.state.detections_changed.connect(self._update_marks)
        self.slider.valueChanged.connect(self.state.set_slice_index)
        self.loader.slice_loaded.connect(self._on_slice_arrived)
        self.loader.slice_failed.connect(self._on_slice_arrived)
        self.loader.scale_found.connect(self._on_scale_found)
        self.view.pointer_moved.connect(self._on_pointer_moved)
        self.state.selection_changed.connect(self._update_outlines)
        self.state.detections_changed.connect(self._update_outlines)
        self.state.outline_toggled.connect(self._update_outlines)
        self.outlines.contours_changed.connect(self.view.show_outlines)
        self._cine.timeout.connect(self._on_cine_tick)
        self.cine_speed.valueChanged.connect(self._on_speed_changed)
        self.cine_speed.editingFinished.connect(self.view.setFocus)

    # --- cine -------------------------------------------------------------------------------

    def set_cine(self, playing: bool) -> None:
        """Play through the slices, again and again, or stop."""
        if playing and self.state.slice_count > 1:
            self._cine.start()
        else:
            self._cine.stop()
        self.cine_changed.emit(self._cine.isActive())

    def set_cine_speed(self, fps: int) -> None:
        """Play so many slices a second."""
        self.cine_speed.setValue(fps)
        self._cine.setInterval(round(1000 / self.cine_speed.value()))

    def step_cine_speed(self, direction: int) -> None:
        """Play faster (1) or slower (−1), by a quarter."""
        fps = self.cine_speed.value()
        faster, slower = max(round(fps * 1.25), fps + 1), min(round(fps * 0.8), fps - 1)
        self.set_cine_speed(faster if direction > 0 else slower)

    def _on_speed_changed(self, fps: int) -> None:
        self._cine.setInterval(round(1000 / fps))
        self.cine_speed_changed.emit(fps)

    def _on_cine_tick(self) -> None:
        following = self.state.slice_index + 1
        # A slice that is still being read is waited for, so that cine never flickers.
        following = 0 if following >= self.state.slice_count else following
        if self.loader.is_settled(following):
            self.state.set_slice_index(following)
        else:
            self.loader.want(following)

    # --- series and slice -------------------------------------------------------------------

    def _on_series_changed(self) -> None:
        self.set_cine(False)
        series_case = self.state.series_case
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(self.state.slice_count - 1, 0))
        self.slider.setValue(self.state.slice_index)
        self.slider.blockSignals(False)
        self.view.show_pixels(None)
        if series_case is None:
            self.loader.cancel()
            self.banner.show_problems(())
            return
        self.banner.show_problems(series_case.series.problems)
        self.loader.load(series_case.series, self.state.slice_index)
        self.slider.set_loaded(self.loader.loaded_indices())
        self._update_marks()

    def _on_scale_found(self, scale: SuvScale) -> None:
        """Show SUV in their own window, or say why there are none."""
        series_case = self.state.series_case
        if scale.factor is not None:
            self.state.set_window(SUV_WINDOWS[1])
        elif series_case is not None:
            self.banner.show_problems((scale.problem, *series_case.series.problems))

    def _on_slice_changed(self, index: int) -> None:
        self.slider.setValue(index)
        self.loader.want(index)
        self._show_slice()

    def _on_slice_arrived(self, index: int) -> None:
        self.slider.set_loaded(self.loader.loaded_indices())
        if index == self.state.slice_index:
            self._show_slice()

    def _show_slice(self) -> None:
        index = self.state.slice_index
        pixels = self.loader.find_pixels(index)
        if pixels is not None and pixels.ndim == 2 and self.state.needs_window:
            self.state.set_window(compute_full_window(pixels))
        waiting = "" if self.loader.is_settled(index) else tr("Loading…")
        self.view.show_pixels(pixels, self.loader.find_failure(index) or waiting)
        self._update_outlines()
        self._report_probe()

    def _update_outlines(self) -> None:
        self.outlines.update(self.state, self.view.pixels)

    def _update_marks(self) -> None:
        series_case, store = self.state.series_case, self.state.store
        if series_case is None:
            return
        uids = [slice_.sop_instance_uid for slice_ in series_case.series.slices]
        expert = [i for i, uid in enumerate(uids) if self.state.find_annotations(uid)]
        self.slider.set_marks(expert, [i for i, uid in enumerate(uids) if store.find(uid)])
        places = {uid: place for place, uid in enumerate(uids)}
        self.slider.set_lesions(
            (min(found), max(found))
            for lesion in store.find_lesions(series_case.series.key) or ()
            if lesion.score >= store.threshold
            and (found := [places[uid] for uid in lesion.sop_instance_uids if uid in places])
        )

    def find_marked_slice(self, direction: int) -> int | None:
        """Return the next slice with a box: direction 1 is caudal, −1 cranial."""
        slider = self.slider
        marked = slider.expert_marks | slider.detection_marks | slider.keyed_marks
        here = self.state.slice_index
        beyond = [i for i in marked if (i - here) * direction > 0]
        return min(beyond, key=lambda i: abs(i - here), default=None)

    # --- probe ------------------------------------------------------------------------------

    def _on_pointer_moved(self, pixel: tuple[int, int] | None) -> None:
        self._pointer = pixel
        self._report_probe()

    def _report_probe(self) -> None:
        slice_, index = self.state.slice, self.state.slice_index
        if self._pointer is None or slice_ is None:
            self.probe_changed.emit(None)
            return
        pixels = self.loader.find_pixels(index)
        probe = readout.describe_probe(slice_, index, pixels, *self._pointer)
        if self.loader.scale is not None and pixels is not None and pixels.ndim == 2:
            x, y = self._pointer
            value = describe_uptake(float(np.asarray(pixels[y, x])), self.loader.scale)
            probe = replace(probe, value=value)
        extra = self.find_extra(*self._pointer)
        if extra:
            probe = replace(probe, value="  ".join(part for part in (probe.value, extra) if part))
        self.probe_changed.emit(probe)


def _build_speed_box() -> QSpinBox:
    box = QSpinBox()
    indent_figure(box)
    box.setRange(1, MAX_CINE_FPS)
    box.setSuffix(tr(" fps"))
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    box.setAccessibleName(tr("Speed of cine, slices a second"))
    box.setToolTip(tr("Slices a second of cine  ([ and ])"))
    return box


def describe_uptake(value: float, scale: SuvScale) -> str:
    """Return a PET value with its unit, such as ``SUV 3.21``."""
    return f"SUV {value:.2f}" if scale.factor is not None else f"{value:.5g} {scale.unit}".strip()

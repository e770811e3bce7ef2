"""The attention map: asks the model for it where it is wanted, and says so."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from ctbox.gui.lesions.attention_control import AttentionControl
from ctbox.gui.prediction import PredictionController
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import Source
from ctbox.gui.viewer.state import ViewerState

_SETTLE_MS = 250
AGAIN = mark("Predicted without an attention map: predicting again in the background.")
HIDDEN = mark("Hidden until you reveal the AI.")
NOT_YET = mark("No attention map: this slice is not predicted yet (P).")
NONE_GIVEN = mark("This model gives no attention map for this slice.")


class AttentionCommands(QObject):
    """Ties the switch of the attention map to the state, and fetches maps that are lacking.

    Parameters
    ----------
    control : AttentionControl
        Switch and opacity.
    state : ViewerState
        The viewer.
    prediction : PredictionController
        Predicts again where a slice has boxes but no map.
    toasts : ToastArea
        Says that it does.
    """

    def __init__(
        self,
        control: AttentionControl,
        state: ViewerState,
        prediction: PredictionController,
        toasts: ToastArea,
    ) -> None:
        super().__init__(control)
        self._control = control
        self._state = state
        self._prediction = prediction
        self._toasts = toasts
        self._asked: set[tuple[int, str]] = set()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._fetch)
        control.shown_toggled.connect(self._on_shown_toggled)
        control.opacity_chosen.connect(self._on_opacity_chosen)
        state.overlays_changed.connect(self._update)
        state.slice_changed.connect(self._update)
        state.detections_changed.connect(self._update)
        prediction.ended.connect(self._update)
        self._update()

    def _on_shown_toggled(self, shown: bool) -> None:
        self._state.set_overlays(replace(self._state.overlays, attention=shown))

    def _on_opacity_chosen(self, opacity: float) -> None:
        self._state.set_overlays(replace(self._state.overlays, attention_opacity=opacity))

    def _update(self) -> None:
        overlays = self._state.overlays
        self._prediction.wants_attention = overlays.attention
        self._control.show_state(
            shown=overlays.attention, opacity=overlays.attention_opacity, note=self._describe()
        )
        if overlays.attention and self._lacks_map():
            self._settle.start()

    def _describe(self) -> str:
        shown = self._state.slice
        if not self._state.overlays.attention or shown is None:
            return ""
        if self._state.store.is_hidden:
            return tr(HIDDEN)
        uid, store = shown.sop_instance_uid, self._state.store
        if store.find_attention(uid) is not None:
            return ""
        if not store.has(uid):
            return tr(NOT_YET)
        if self._prediction.is_running:
            return tr(AGAIN)
        return tr(NONE_GIVEN) if (store.generation, uid) in self._asked else tr(AGAIN)

    def _lacks_map(self) -> bool:
        shown, store = self._state.slice, self._state.store
        if shown is None or self._prediction.is_running:
            return False
        uid = shown.sop_instance_uid
        asked = (store.generation, uid) in self._asked
        return store.has(uid) and store.find_attention(uid) is None and not asked

    def _fetch(self) -> None:
        series_case, shown = self._state.series_case, self._state.slice
        if series_case is None or shown is None or not self._state.overlays.attention:
            return
        if not self._lacks_map():
            return
        store, series = self._state.store, series_case.series
        uids = [each.sop_instance_uid for each in series.slices]
        self._toasts.show_toast(tr(AGAIN))
        if store.find_source(shown.sop_instance_uid) is not Source.SLICE:
            self._asked.update((store.generation, uid) for uid in uids)
            self._prediction.predict_series(series)
        else:
            self._asked.add((store.generation, shown.sop_instance_uid))
            self._prediction.predict_slice(series, self._state.slice_index)
        self._update()

"""The commands that predict, and what the window says of a prediction."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ctbox.dicom.series import Series
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.prediction import PredictionController
from ctbox.gui.sentences import say
from ctbox.gui.toasts import Toast, ToastArea
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.detection_store import DetectionStore, Source
from ctbox.workflows.detect import DetectResult, ModelReady, SeriesResult

HIDDEN = mark("The AI is hidden while you read. Review ▸ Reveal AI shows it.")

_HAS_SERIES = mark(
    "This slice already has its result from the whole series, which sees more than one slice "
    "alone. That one stays."
)


class PredictionCommands(QObject):
    """Ties the prediction commands of a window to the controller.

    Parameters
    ----------
    window : MainWindow
        The window.
    prediction : PredictionController
        Runs the predictions.
    notifier : Notifier
        Shows what fails.
    toasts : ToastArea
        Shows short notes.
    """

    def __init__(
        self,
        window: MainWindow,
        prediction: PredictionController,
        notifier: Notifier,
        toasts: ToastArea,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._prediction = prediction
        self._notifier = notifier
        self._toasts = toasts
        self._told: Toast | None = None
        window.commands["predict_slice"].triggered.connect(self._predict_slice)
        window.commands["predict_series"].triggered.connect(self._predict_series)
        window.commands["cancel"].triggered.connect(prediction.cancel)
        prediction.started.connect(self._on_started)
        prediction.model_ready.connect(self._on_model_ready)
        prediction.predicted.connect(self._on_predicted)
        prediction.failed.connect(self._on_failed)
        window.viewer.state.series_changed.connect(self._forget)

    def _predict_slice(self) -> None:
        series, state = self._find_series(), self._window.viewer.state
        if series is None or state.slice is None:
            return
        source = state.store.find_source(state.slice.sop_instance_uid)
        if source in (Source.SERIES, Source.REPORT):
            self._toasts.show_toast(tr(_HAS_SERIES))
        else:
            self._prediction.predict_slice(series, state.slice_index)

    def _predict_series(self) -> None:
        series = self._find_series()
        if series is not None:
            self._prediction.predict_series(series)

    def _find_series(self) -> Series | None:
        """Return the shown series if it can be predicted now; else say why it cannot."""
        series_case = self._window.viewer.state.series_case
        if series_case is None or self._prediction.is_running:
            return None
        if self._window.viewer.state.store.is_hidden:
            self._toasts.show_toast(tr(HIDDEN))
            return None
        reason = series_case.series.skip_detection_reason
        if reason is not None:
            self._toasts.show_toast(tr("Not predicted. {reason}").format(reason=say(reason)))
            return None
        return series_case.series

    def _on_started(self) -> None:
        if not self._prediction.is_ready:
            self._window.chip.show_loading()

    def _on_model_ready(self, ready: ModelReady) -> None:
        self._window.chip.show_ready(ready.device_label, ready.name, ready.device_note)

    def _on_predicted(self, result: DetectResult) -> None:
        if self._window.viewer.state.store.is_hidden:
            return
        key = self._window.commands["next_box"].shortcut().toString()
        told = describe_result(result, self._window.viewer.state.store, key)
        doubts = {say(str(each.no_chest)) for each in result.series if each.no_chest}
        words = " ".join(line for line in (*sorted(doubts), told) if line)
        if words:
            self._told = self._toasts.show_toast(words)

    def _forget(self) -> None:
        """Take the note on another series' prediction away: it would be read as this one's."""
        told, self._told = self._told, None
        if told is not None and told in self._toasts.toasts:
            told.dismiss()

    def _on_failed(self, error: object) -> None:
        if not self._prediction.is_ready:
            self._window.chip.show_failed(str(error))
        self._notifier.show_failure(error)


def describe_result(result: DetectResult, store: DetectionStore, next_key: str = "N") -> str:
    """Return what a prediction found at the shown confidence; empty where the slice tells it.

    Parameters
    ----------
    result : DetectResult
        What the worker sent.
    store : DetectionStore
        Has taken the result in, and knows the confidence.
    next_key : str
        Goes to the next box; empty for none.
    """
    uids = [each.sop_instance_uid for series in result.series for each in series.slices]
    marked = sum(bool(store.find(uid)) for uid in uids)
    where = tr("this slice") if len(uids) == 1 else tr("{count} slices").format(count=len(uids))
    if marked == 0:
        hidden = any(store.find_eligible(uid) for uid in uids)
        sure = (
            tr(" at confidence {threshold:.2f} or more").format(threshold=store.threshold)
            if hidden
            else ""
        )
        return tr("Nothing found on {where}{sure}.").format(where=where, sure=sure)
    if len(uids) == 1:
        return ""
    lesions = sum(_count_lesions(series, store.threshold) for series in result.series)
    told = tr("%n lesion(s), boxes on {marked} of {where}.", "", lesions).format(
        marked=marked, where=where
    )
    return (
        tr("{told} {next_key} goes to the next box.").format(told=told, next_key=next_key)
        if next_key
        else told
    )


def _count_lesions(found: SeriesResult, threshold: float) -> int:
    return sum(lesion.score >= threshold for lesion in found.lesions)

"""The commands that predict, and what the window says of a prediction."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ctbox.dicom.series import Series
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.prediction import PredictionController
from ctbox.gui.toasts import ToastArea
from ctbox.workflows.detect import DetectResult, ModelReady


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
        window.commands["predict_slice"].triggered.connect(self._predict_slice)
        window.commands["predict_series"].triggered.connect(self._predict_series)
        window.commands["cancel"].triggered.connect(prediction.cancel)
        prediction.started.connect(self._on_started)
        prediction.model_ready.connect(self._on_model_ready)
        prediction.predicted.connect(self._on_predicted)
        prediction.failed.connect(self._on_failed)

    def _predict_slice(self) -> None:
        series = self._find_series()
        if series is not None:
            self._prediction.predict_slice(series, self._window.viewer.state.slice_index)

    def _predict_series(self) -> None:
        series = self._find_series()
        if series is not None:
            self._prediction.predict_series(series)

    def _find_series(self) -> Series | None:
        """Return the shown series if it can be predicted now; else say why it cannot."""
        series_case = self._window.viewer.state.series_case
        if series_case is None or self._prediction.is_running:
            return None
        reason = series_case.series.skip_detection_reason
        if reason is not None:
            self._toasts.show_toast(f"Not predicted. {reason}")
            return None
        return series_case.series

    def _on_started(self) -> None:
        if not self._prediction.is_ready:
            self._window.chip.show_loading()

    def _on_model_ready(self, ready: ModelReady) -> None:
        self._window.chip.show_ready(ready.device_label, ready.name)

    def _on_predicted(self, result: DetectResult) -> None:
        slices = [each for series in result.series for each in series.slices]
        boxes = sum(len(each.detections) for each in slices)
        marked = sum(bool(each.detections) for each in slices)
        where = "this slice" if len(slices) == 1 else f"{len(slices)} slices"
        if boxes == 0:
            self._toasts.show_toast(f"Nothing found on {where}.")
        elif len(slices) > 1:
            lesions = sum(len(series.lesions) for series in result.series)
            told = f"{lesions} lesion{'' if lesions == 1 else 's'}, boxes on {marked} of {where}."
            self._toasts.show_toast(f"{told} N goes to the next box.")

    def _on_failed(self, error: object) -> None:
        if not self._prediction.is_ready:
            self._window.chip.show_failed(str(error))
        self._notifier.show_failure(error)

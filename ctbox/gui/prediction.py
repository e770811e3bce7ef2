"""Predicts slices and series in the worker process and fills the detections."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from ctbox.dicom.series import Series
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.gui.viewer.detection_store import DetectionStore, Source
from ctbox.model.detection import SliceDetections
from ctbox.workflows.detect import (
    DetectRequest,
    DetectResult,
    ModelReady,
    SeriesResult,
    SliceDetected,
    detect,
    warm_up,
)

_FLUSH_MS = 50


class PredictionController(QObject):
    """Runs one prediction at a time.

    Parameters
    ----------
    runner : TaskRunner
        Has the worker process where torch lives.
    store : DetectionStore
        Takes the boxes as they come.
    model : str or None
        Name or folder of a model; None for the shipped default.
    device : str
        "auto", "cpu" or "cuda".
    """

    started = Signal()
    ended = Signal()
    model_ready = Signal(object)
    predicted = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        runner: TaskRunner,
        store: DetectionStore,
        *,
        model: str | None = None,
        device: str = "auto",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._model = model
        self._device = device
        self._handle: TaskHandle | None = None
        self._warm: TaskHandle | None = None
        self._is_ready = False
        self.wants_attention = False
        self._source = Source.SLICE
        # Slices come in bursts; each burst is shown once, not each slice.
        self._arrived: list[SliceDetections] = []
        self._flush = QTimer(self)
        self._flush.setSingleShot(True)
        self._flush.setInterval(_FLUSH_MS)
        self._flush.timeout.connect(self._on_flush)

    @property
    def is_running(self) -> bool:
        """Whether a prediction is under way."""
        return self._handle is not None

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded."""
        return self._is_ready

    @property
    def model(self) -> str | None:
        """Name or folder of the model; None for the shipped default."""
        return self._model

    @property
    def device(self) -> str:
        """Where it is to compute: "auto", "cpu" or "cuda"."""
        return self._device

    def set_device(self, device: str) -> None:
        """Compute there from now on; the boxes that are there stay."""
        if device == self._device:
            return
        self.cancel()
        self._device, self._warm, self._is_ready = device, None, False

    def set_model(self, model: str | None) -> None:
        """Predict with another model from now on; what the one before said is cleared."""
        if model == self._model:
            return
        self.cancel()
        self._model, self._warm, self._is_ready = model, None, False
        self._store.clear()

    def warm_up(self) -> None:
        """Load torch and the model in the worker ahead of the first prediction."""
        if self._warm is None and not self._is_ready:
            self._warm = self._runner.prewarm(warm_up, self._build_request(()))
            self._warm.updated.connect(self._on_updated)

    def predict_slice(self, series: Series, index: int) -> None:
        """Predict one slice; does nothing while another prediction runs."""
        self._start(self._build_request((series,), (index,)), tr("Predict slice"))

    def predict_series(self, series: Series) -> None:
        """Predict every slice of a series; does nothing while another prediction runs."""
        self._start(self._build_request((series,)), tr("Predict series"))

    def cancel(self) -> None:
        """Stop the prediction; boxes that came until then stay."""
        if self._handle is not None:
            self._handle.cancel()

    def _build_request(
        self, series: tuple[Series, ...], indices: tuple[int, ...] | None = None
    ) -> DetectRequest:
        return DetectRequest(
            series=series,
            model=self._model,
            device=self._device,
            slice_indices=indices,
            want_attention=self.wants_attention,
        )

    def _start(self, request: DetectRequest, title: str) -> None:
        if self._handle is not None:
            return
        self._source = Source.SERIES if request.slice_indices is None else Source.SLICE
        handle = self._runner.start(detect, request, kind="worker", title=title)
        self._handle = handle
        handle.updated.connect(self._on_updated)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self.failed)
        handle.ended.connect(self._on_ended)
        self.started.emit()

    def _on_updated(self, update: object) -> None:
        if isinstance(update, ModelReady):
            self._is_ready = True
            self._store.set_own_threshold(update.threshold)
            self._store.set_limits(update.seen, update.most_lesions)
            self.model_ready.emit(update)
        elif isinstance(update, SliceDetected):
            if update.attention is not None:
                self._store.add_attention(update.slice.sop_instance_uid, update.attention)
            self._arrived.append(update.slice)
            if not self._flush.isActive():
                self._flush.start()

    def _on_flush(self) -> None:
        arrived, self._arrived = self._arrived, []
        if arrived:
            self._store.add(arrived, self._source)

    def _on_finished(self, result: DetectResult) -> None:
        self._arrived = []
        for found in result.series:
            if found.not_predicted_reason is None:
                self._keep(found)
        self.predicted.emit(result)

    def _keep(self, found: SeriesResult) -> None:
        """Hand a series' result to the store; what could not be read was not predicted."""
        slices = [each for each in found.slices if each.sop_instance_uid not in found.unreadable]
        self._store.note_no_chest(found.series.key, found.no_chest)
        if self._source is Source.SERIES:
            self._store.add_series(found.series.key, slices, found.lesions)
        else:
            self._store.add(slices)

    def _on_ended(self) -> None:
        self._on_flush()
        self._handle = None
        self.ended.emit()

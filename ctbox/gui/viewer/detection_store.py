"""Everything a model said in this session, shared by all viewers, and what is to be shown of it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from ctbox.model.detection import Detection, SliceDetections


class DetectionStore(QObject):
    """Detections by SOP Instance UID, and the confidence below which they are hidden.

    A UID that is absent was never predicted; one that is present with an empty tuple was
    predicted and nothing was found. The two read differently on the screen.
    """

    detections_changed = Signal()
    threshold_changed = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._by_uid: dict[str, tuple[Detection, ...]] = {}
        self._threshold = 0.0

    @property
    def threshold(self) -> float:
        """Score in 0…1 from which a detection is shown."""
        return self._threshold

    def set_threshold(self, threshold: float) -> None:
        """Hide detections with a score below this, 0…1."""
        threshold = min(max(threshold, 0.0), 1.0)
        if threshold != self._threshold:
            self._threshold = threshold
            self.threshold_changed.emit(threshold)
            self.detections_changed.emit()

    def add(self, results: Iterable[SliceDetections]) -> None:
        """Take in the detections of some slices; what stood there before is replaced."""
        for result in results:
            ordered = sorted(result.detections, key=lambda detection: -detection.score)
            self._by_uid[result.sop_instance_uid] = tuple(ordered)
        self.detections_changed.emit()

    def clear(self) -> None:
        """Forget everything, as when another case is opened."""
        self._by_uid.clear()
        self.detections_changed.emit()

    def has(self, sop_instance_uid: str) -> bool:
        """Whether the slice was predicted at all."""
        return sop_instance_uid in self._by_uid

    def find(self, sop_instance_uid: str) -> tuple[Detection, ...] | None:
        """Return the shown detections of a slice, best first; None if it was not predicted."""
        found = self._by_uid.get(sop_instance_uid)
        if found is None:
            return None
        return tuple(detection for detection in found if detection.score >= self._threshold)

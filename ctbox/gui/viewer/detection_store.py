"""Everything a model said in this session, shared by all viewers, and what is to be shown of it."""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.gui.translation import mark
from ctbox.model.attention import AttentionMap
from ctbox.model.detection import Detection, Lesion, SliceDetections
from ctbox.workflows.chest_check import NoChest
from ctbox.workflows.seen import Seen

_MOST_MAPS = 2000
"""Some 16 kB each: more than any series' slices."""


class Source(enum.Enum):
    """How a slice came to be predicted; scores of the two are not the same.

    A series links the boxes of its slices into lesions, and a slice's score is mixed with its
    lesion's. A slice predicted alone has nothing but itself. A report keeps what a series gave
    its slices, but not how it was linked.
    """

    SLICE = mark("this slice alone")
    SERIES = mark("with the whole series")
    REPORT = mark("from a report, with the whole series")


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
        self._sources: dict[str, Source] = {}
        self._lesions: dict[str, tuple[Lesion, ...]] = {}
        self._chosen: float | None = None
        self._own: float | None = None
        self._attention: OrderedDict[str, AttentionMap] = OrderedDict()
        self._version = 0
        self._generation = 0
        self._is_hidden = False
        self._hides_expert = False
        self._shows_loose = True
        self._linked: dict[str, set[BoundingBox]] = {}
        self._seen = Seen()
        self._most_lesions = 0
        self._no_chest: dict[str, NoChest] = {}

    # --- hiding -----------------------------------------------------------------------------

    @property
    def is_hidden(self) -> bool:
        """Whether nothing is told of what the model said, as while a reader reads blind."""
        return self._is_hidden

    @property
    def hides_expert(self) -> bool:
        """Whether the expert's boxes are hidden together with what the model said."""
        return self._hides_expert

    def set_hidden(self, hidden: bool, *, expert: bool = False) -> None:
        """Answer as if nothing were predicted, whatever is there or comes; or tell again.

        With `expert` viewers keep back the expert's boxes as well.
        """
        if (hidden, hidden and expert) != (self._is_hidden, self._hides_expert):
            self._is_hidden, self._hides_expert = hidden, hidden and expert
            self._version += 1
            self.detections_changed.emit()

    # --- boxes outside lesions --------------------------------------------------------------

    @property
    def shows_loose(self) -> bool:
        """Whether boxes are shown that the series' prediction linked to no lesion."""
        return self._shows_loose

    def set_shows_loose(self, shows: bool) -> None:
        """Show, or hide everywhere, the boxes that belong to no lesion."""
        if shows != self._shows_loose:
            self._shows_loose = shows
            self._version += 1
            self.detections_changed.emit()

    def count_loose(self, sop_instance_uids: Iterable[str]) -> int:
        """Return how many boxes of these slices, sure enough to be shown, are of no lesion."""
        return sum(
            detection.score >= self.threshold and self._is_loose(uid, detection)
            for uid in sop_instance_uids
            for detection in self.find_all(uid) or ()
        )

    def _is_loose(self, uid: str, detection: Detection) -> bool:
        is_linked = detection.box in self._linked.get(uid, ())
        return self._sources.get(uid) is Source.SERIES and not is_linked

    # --- confidence -------------------------------------------------------------------------

    @property
    def threshold(self) -> float:
        """Score in 0…1 from which a detection is shown: the reader's, else the model's own."""
        if self._chosen is not None:
            return self._chosen
        return 0.0 if self._own is None else self._own

    @property
    def chosen_threshold(self) -> float | None:
        """The reader's choice; None while the model's own holds."""
        return self._chosen

    @property
    def own_threshold(self) -> float | None:
        """The model's own; None until a model is loaded."""
        return self._own

    def set_threshold(self, threshold: float | None) -> None:
        """Hide detections with a score below this, 0…1; None goes back to the model's own."""
        chosen = None if threshold is None else min(max(threshold, 0.0), 1.0)
        self._set_thresholds(chosen, self._own)

    def set_own_threshold(self, threshold: float) -> None:
        """Take note of the model's own confidence; the reader's choice goes before it."""
        self._set_thresholds(self._chosen, threshold)

    def _set_thresholds(self, chosen: float | None, own: float | None) -> None:
        before, told = self.threshold, (self._chosen, self._own)
        self._chosen, self._own = chosen, own
        if (chosen, own) != told:
            self.threshold_changed.emit(self.threshold)
        if self.threshold != before:
            self.detections_changed.emit()

    # --- whom the model knows ---------------------------------------------------------------

    def set_limits(self, seen: Seen, most_lesions: int) -> None:
        """Take note of whom the model has learnt from, and how many lesions it lists at most."""
        if (seen, most_lesions) != (self._seen, self._most_lesions):
            self._seen, self._most_lesions = seen, most_lesions
            self.detections_changed.emit()

    @property
    def most_lesions(self) -> int:
        """How many lesions of a series the model lists at most; 0 where that is not known."""
        return self._most_lesions

    def knows(self, series: Series) -> bool:
        """Whether the model has learnt from a series' patient: how well it does proves nothing."""
        return self._seen.includes(series)

    def note_no_chest(self, series_key: str, reason: NoChest | None) -> None:
        """Take note of why a predicted series looks like no chest; the boxes follow."""
        if reason is None:
            self._no_chest.pop(series_key, None)
        else:
            self._no_chest[series_key] = reason

    def find_no_chest(self, series_key: str) -> NoChest | None:
        """Return why a predicted series looks like no chest; None if it does not."""
        return None if self._is_hidden else self._no_chest.get(series_key)

    # --- detections -------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Another number whenever there are other detections, whatever is shown of them."""
        return self._version

    def add(self, results: Iterable[SliceDetections], source: Source = Source.SLICE) -> None:
        """Take in the detections of some slices; what stood there before is replaced.

        A slice's result alone never replaces what the whole series gave.
        """
        for result in results:
            uid = result.sop_instance_uid
            if source is Source.SLICE and self._sources.get(uid, source) is not Source.SLICE:
                continue
            ordered = sorted(result.detections, key=lambda detection: -detection.score)
            self._by_uid[uid] = tuple(ordered)
            self._sources[uid] = source
        self._version += 1
        self.detections_changed.emit()

    def add_series(
        self, series_key: str, slices: Iterable[SliceDetections], lesions: Sequence[Lesion]
    ) -> None:
        """Take in a whole series: its slices' boxes, and the lesions they were linked to."""
        self._lesions[series_key] = tuple(lesions)
        slices = tuple(slices)
        linked: dict[str, set[BoundingBox]] = {each.sop_instance_uid: set() for each in slices}
        for lesion in lesions:
            for uid, one in zip(lesion.sop_instance_uids, lesion.detections, strict=False):
                linked.setdefault(uid, set()).add(one.box)
        self._linked.update(linked)
        self.add(slices, Source.SERIES)

    def add_report(self, series_key: str, slices: Iterable[SliceDetections]) -> None:
        """Take in what a report keeps of a series; lesions of another prediction go."""
        self._lesions.pop(series_key, None)
        self.add(slices, Source.REPORT)

    def add_attention(self, sop_instance_uid: str, shown: AttentionMap) -> None:
        """Keep where the model looked on a slice; tells nobody, for its boxes follow."""
        self._attention[sop_instance_uid] = shown
        self._attention.move_to_end(sop_instance_uid)
        while len(self._attention) > _MOST_MAPS:
            self._attention.popitem(last=False)

    def find_attention(self, sop_instance_uid: str) -> AttentionMap | None:
        """Return where the model looked on a slice; None where it was not asked."""
        return None if self._is_hidden else self._attention.get(sop_instance_uid)

    @property
    def generation(self) -> int:
        """Another number whenever everything was forgotten."""
        return self._generation

    def clear(self) -> None:
        """Forget everything, as when another case is opened."""
        self._by_uid.clear()
        self._sources.clear()
        self._lesions.clear()
        self._linked.clear()
        self._attention.clear()
        self._no_chest.clear()
        self._generation += 1
        self._version += 1
        self.detections_changed.emit()

    def has(self, sop_instance_uid: str) -> bool:
        """Whether the slice was predicted at all."""
        return self.find_all(sop_instance_uid) is not None

    def is_kept(self, sop_instance_uid: str) -> bool:
        """Whether the slice was predicted, even while that is hidden."""
        return sop_instance_uid in self._by_uid

    def find(self, sop_instance_uid: str) -> tuple[Detection, ...] | None:
        """Return the shown detections of a slice, best first; None if it was not predicted."""
        found = self.find_eligible(sop_instance_uid)
        if found is None:
            return None
        return tuple(detection for detection in found if detection.score >= self.threshold)

    def find_eligible(self, sop_instance_uid: str) -> tuple[Detection, ...] | None:
        """Return what of a slice is shown at one confidence or another; None if not predicted."""
        found = self.find_all(sop_instance_uid)
        if found is None or self._shows_loose:
            return found
        return tuple(one for one in found if not self._is_loose(sop_instance_uid, one))

    def find_all(self, sop_instance_uid: str) -> tuple[Detection, ...] | None:
        """Return a slice's detections of any score, best first; None if it was not predicted."""
        return None if self._is_hidden else self._by_uid.get(sop_instance_uid)

    def find_source(self, sop_instance_uid: str) -> Source | None:
        """Return how a slice was predicted; None if it was not."""
        return None if self._is_hidden else self._sources.get(sop_instance_uid)

    def find_lesions(self, series_key: str) -> tuple[Lesion, ...] | None:
        """Return a series' lesions of any score, best first; None if it was not predicted whole."""
        return None if self._is_hidden else self._lesions.get(series_key)

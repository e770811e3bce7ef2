"""Which samples belong together: one patient's, and patients' that share images."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

_COLLECTION_PREFIX = "Lung_Dx-"


@dataclass(frozen=True, slots=True)
class SampleKey:
    """What a split must know of one annotated slice.

    Parameters
    ----------
    patient_id : str
        As in the file, such as "Lung_Dx-A0001", or the annotation folder's "A0001".
    study_uid, frame_of_reference_uid : str or None
        None where the file has none.
    series_uid, sop_uid : str
        DICOM identifiers.
    subtype : str or None
        Letter or name of the subtype; None where unknown.
    """

    patient_id: str
    study_uid: str | None
    series_uid: str
    frame_of_reference_uid: str | None
    sop_uid: str
    subtype: str | None

    @property
    def order(self) -> tuple[str, str, str]:
        """By what samples are sorted, so that results don't hang on the order of reading."""
        return shorten_patient_id(self.patient_id), self.series_uid, self.sop_uid

    def link_evidence(self) -> tuple[tuple[str, str], ...]:
        """Return (what, UID) pairs; samples that share one belong together."""
        evidence = (
            ("patient", shorten_patient_id(self.patient_id)),
            ("study", self.study_uid),
            ("series", self.series_uid),
            ("frame of reference", self.frame_of_reference_uid),
            ("SOP instance", self.sop_uid),
        )
        return tuple((what, uid) for what, uid in evidence if uid)


def shorten_patient_id(patient_id: str) -> str:
    """Return a patient's ID as the annotation folders write it: "A0001" for "Lung_Dx-A0001"."""
    return patient_id.removeprefix(_COLLECTION_PREFIX)


def hash_slices(sop_uids: Iterable[str]) -> str:
    """Return the SHA-256 of a set of slices in hex, in whatever order they come; "" for none."""
    lines = "\n".join(sorted(set(sop_uids)))
    return hashlib.sha256(lines.encode()).hexdigest() if lines else ""


def group_samples(
    samples: Sequence[SampleKey], linked: Iterable[Collection[str]] = ()
) -> tuple[tuple[int, ...], ...]:
    """Return the indices of samples that must stay together.

    Parameters
    ----------
    samples : sequence of SampleKey
        The annotated slices.
    linked : iterable of collections of str
        Patients known to share images.

    Returns
    -------
    tuple of tuple of int
        Disjoint groups that hold every index once, sorted by their first sample's `order`.
    """
    forest = _Forest()
    for sample in samples:
        anchor = ("patient", shorten_patient_id(sample.patient_id))
        for evidence in sample.link_evidence():
            forest.join(anchor, evidence)
    for patients in linked:
        names = [("patient", shorten_patient_id(patient)) for patient in patients]
        for name in names[1:]:
            forest.join(names[0], name)
    groups: dict[Hashable, list[int]] = {}
    for index in sorted(range(len(samples)), key=lambda i: samples[i].order):
        root = forest.find(("patient", shorten_patient_id(samples[index].patient_id)))
        groups.setdefault(root, []).append(index)
    return tuple(tuple(sorted(group)) for group in groups.values())


class _Forest:
    """Union-find with path halving."""

    def __init__(self) -> None:
        self._parents: dict[Hashable, Hashable] = {}

    def find(self, item: Hashable) -> Hashable:
        parent = self._parents.setdefault(item, item)
        while parent != item:
            self._parents[item] = self._parents[parent]
            item, parent = parent, self._parents[parent]
        return item

    def join(self, a: Hashable, b: Hashable) -> None:
        self._parents[self.find(a)] = self.find(b)

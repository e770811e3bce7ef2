"""Two reports on the same patients: who got better, who got worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PatientChange:
    """One patient in two reports.

    Parameters
    ----------
    patient_id : str
        Who.
    first, second : float
        Mean IoU over the patient's slices in either report, as the report says it.
    slices : tuple of int
        Annotated slices in either report.
    seen : tuple of bool
        Whether either report's model had seen the patient.
    """

    patient_id: str
    first: float
    second: float
    slices: tuple[int, int]
    seen: tuple[bool, bool]

    @property
    def difference(self) -> float:
        """Second minus first."""
        return self.second - self.first

    @property
    def is_comparable(self) -> bool:
        """Whether both rest on the same number of slices."""
        return self.slices[0] == self.slices[1]


@dataclass(frozen=True, slots=True)
class ReportChanges:
    """What changed between two reports.

    Parameters
    ----------
    changes : tuple of PatientChange
        Patients of both, the greatest loss first.
    only_first, only_second : tuple of str
        Patients of one report alone.
    """

    changes: tuple[PatientChange, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def list_labels(document: Document) -> tuple[str, ...]:
    """Return the labels of a report's models."""
    return tuple(model["label"] for model in document["models"])


def compare_reports(first: Document, second: Document, labels: tuple[str, str]) -> ReportChanges:
    """Return every patient's change between a model of one report and one of another.

    Parameters
    ----------
    first, second : dict
        Two reports.
    labels : tuple of str
        Which model of either.

    Raises
    ------
    KeyError
        If a report has no such model.
    """
    ours, theirs = (
        _find_patients(document, label)
        for document, label in zip((first, second), labels, strict=True)
    )
    changes = [
        PatientChange(
            patient_id=name,
            first=ours[name][0],
            second=theirs[name][0],
            slices=(ours[name][1], theirs[name][1]),
            seen=(ours[name][2], theirs[name][2]),
        )
        for name in ours.keys() & theirs.keys()
    ]
    return ReportChanges(
        changes=tuple(sorted(changes, key=lambda one: (one.difference, one.patient_id))),
        only_first=tuple(sorted(ours.keys() - theirs.keys())),
        only_second=tuple(sorted(theirs.keys() - ours.keys())),
    )


def _find_patients(document: Document, label: str) -> Mapping[str, tuple[float, int, bool]]:
    """Return patient to mean IoU, number of slices, and whether the model had seen him."""
    for model in document["models"]:
        if model["label"] == label:
            return {
                name: (group["figures"]["mean_iou"], group["slices"], population == "seen")
                for population, part in model["populations"].items()
                for name, group in part["groups"]["patient"].items()
                if group["figures"]["mean_iou"] is not None
            }
    raise KeyError(label)

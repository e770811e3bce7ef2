"""Open a folder, file or ZIP: series, their expert boxes, and what did not fit."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.annotations.annotation import Annotation
from ctbox.dicom.series import Series


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that was passed over, or that the user should know of."""

    path: str
    reason: str


@dataclass(frozen=True)
class SeriesCase:
    """A series and its expert boxes.

    Parameters
    ----------
    series : Series
        The images.
    annotations : dict
        SOP Instance UID to the annotations of that slice; slices without any are absent.
    """

    series: Series
    annotations: dict[str, tuple[Annotation, ...]]

    @property
    def annotated_slices(self) -> int:
        """Number of slices with at least one box."""
        return len(self.annotations)

    @property
    def annotation_count(self) -> int:
        """Number of boxes."""
        return sum(len(boxes) for boxes in self.annotations.values())


@dataclass(frozen=True)
class AnnotationSummary:
    """How the annotation files fared; `files` and `matched` count files."""

    files: int = 0
    matched: int = 0
    orphans: tuple[FileProblem, ...] = ()
    unparsable: tuple[FileProblem, ...] = ()
    unknown_labels: tuple[FileProblem, ...] = ()
    duplicates: tuple[FileProblem, ...] = ()


@dataclass(frozen=True)
class Case:
    """Everything found at one place.

    Parameters
    ----------
    path : str
        What was opened.
    series : tuple of SeriesCase
        Readable series, annotated ones first within a patient.
    skipped : tuple of FileProblem
        Files that were not read, with the reason.
    annotation_summary : AnnotationSummary
        What matched and what did not.
    """

    path: str
    series: tuple[SeriesCase, ...]
    skipped: tuple[FileProblem, ...] = ()
    annotation_summary: AnnotationSummary = AnnotationSummary()

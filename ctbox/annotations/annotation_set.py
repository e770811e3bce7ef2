"""Annotation files as frozen values: one file, and all that were found at one place."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.annotations.annotation import Annotation, AnnotationProblem, ProblemKind


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """One VOC file: the boxes of one slice.

    Parameters
    ----------
    source : str
        The file, or `archive!/member`.
    sop_instance_uid : str
        The slice: the file name's stem where that is a UID, else `<dicom_num>`.
    folder : str or None
        The patient's annotation folder, such as "A0001".
    width, height : int or None
        Columns and rows of the image as the file says, pixels.
    depth : int or None
        Samples per pixel; 3 belongs to colour secondary captures.
    verified : bool or None
        labelImg's check mark; None where the file has no such attribute.
    annotations : tuple of Annotation
        All usable boxes, in the file's order.
    warnings : tuple of AnnotationProblem
        What is odd about the file or single boxes.
    """

    source: str
    sop_instance_uid: str
    folder: str | None = None
    width: int | None = None
    height: int | None = None
    depth: int | None = None
    verified: bool | None = None
    annotations: tuple[Annotation, ...] = ()
    warnings: tuple[AnnotationProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class UnopenedFile:
    """A file that was left closed because its name says that its slice is not wanted."""

    source: str
    sop_instance_uid: str
    folder: str | None = None


@dataclass(frozen=True)
class AnnotationSet:
    """All annotation files found at one place.

    Parameters
    ----------
    path : str
        What was read.
    files : tuple of AnnotationFile
        Files that were parsed, sorted by folder and name.
    unopened : tuple of UnopenedFile
        Files left closed because none of the wanted slices is theirs.
    failures : tuple of AnnotationProblem
        Whole files (kind "unparsable") and whole folders (kind "folder") that gave nothing.
    """

    path: str
    files: tuple[AnnotationFile, ...] = ()
    unopened: tuple[UnopenedFile, ...] = ()
    failures: tuple[AnnotationProblem, ...] = ()

    @property
    def file_count(self) -> int:
        """Number of annotation files found, parsed or not."""
        lost = sum(problem.kind is ProblemKind.UNPARSABLE for problem in self.failures)
        return len(self.files) + len(self.unopened) + lost

    @property
    def annotation_count(self) -> int:
        """Number of usable boxes in the parsed files."""
        return sum(len(file.annotations) for file in self.files)

    @property
    def warnings(self) -> tuple[AnnotationProblem, ...]:
        """What is odd about the parsed files, in their order."""
        return tuple(problem for file in self.files for problem in file.warnings)

    @property
    def unparsable(self) -> tuple[AnnotationProblem, ...]:
        """Files, folders and single boxes that could not be read, with the reason."""
        boxes = (problem for problem in self.warnings if problem.kind is ProblemKind.BAD_BOX)
        return (*self.failures, *boxes)

    @property
    def unknown_labels(self) -> tuple[AnnotationProblem, ...]:
        """Boxes whose label is no subtype letter, and what was taken instead."""
        kind = ProblemKind.UNKNOWN_LABEL
        return tuple(problem for problem in self.warnings if problem.kind is kind)

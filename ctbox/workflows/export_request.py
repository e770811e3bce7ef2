"""What to export; free of everything that reads or writes, for the window's sake."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ctbox.annotations.exchange.records import Origin
from ctbox.dicom.series import VoiWindow


class ExportFormat(StrEnum):
    """What to write."""

    VOC = "voc"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"
    SR = "sr"
    SEG = "seg"

    @property
    def needs_images(self) -> bool:
        """Whether the format refers to DICOM images, and cannot be made from boxes alone."""
        return self in (ExportFormat.SR, ExportFormat.SEG)


PICTURE_FORMATS = (ExportFormat.COCO, ExportFormat.YOLO)
"""Formats that PNG pictures go with."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export.

    Parameters
    ----------
    path : pathlib.Path
        Folder, file or ZIP with the images.
    out : pathlib.Path
        Folder to write into.
    to : ExportFormat or None
        The format of the boxes; None copies de-identified images alone.
    origin : Origin
        Whose boxes: those of `annotations` (expert, mine) or of `detections` (AI).
    annotations : pathlib.Path or None
        Annotation root or patient's folder; found beside `path` if None.
    detections : pathlib.Path or None
        What `ctbox predict --json` has written.
    deidentify : bool
        Whether to write de-identified copies of the images, with boxes on these.
    key_file : pathlib.Path or None
        Secret that maps patients and UIDs; made if the file does not exist, new each time if None.
    overwrite : bool
        Whether existing files may be replaced.
    pictures : VoiWindow or None
        For COCO and YOLO: write each slice with a box as 8-bit PNG through this window.
    """

    path: Path
    out: Path
    to: ExportFormat | None
    origin: Origin = Origin.EXPERT
    annotations: Path | None = None
    detections: Path | None = None
    deidentify: bool = False
    key_file: Path | None = None
    overwrite: bool = False
    pictures: VoiWindow | None = None

"""What the dataset doctor found, as frozen values: for the command line, a file or a panel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding asks of its reader."""

    INFO = "info"
    """Worth knowing; nothing is wrong."""
    WARNING = "warning"
    """Something is wrong, and ctbox has a rule for it."""
    PERSON = "needs a person"
    """Only a person can tell what is right."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the doctor looks for.

    Parameters
    ----------
    check_id : str
        Its name in JSON, such as "label-mismatch"; never renamed.
    title : str
        What is wrong, in a few words.
    severity : Severity
        How much it asks of its reader.
    unit : str
        What is counted, in the singular: "file", "box", "series"…
    explanation : str
        What it means and why it matters.
    action : str
        What ctbox does about it.
    fix : str
        What a corrected copy holds instead; empty where only the report helps.
    """

    check_id: str
    title: str
    severity: Severity
    unit: str
    explanation: str
    action: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One place where something was found.

    Parameters
    ----------
    path : str
        File, folder or series, relative to the folder that was examined.
    detail : str
        What stands there.
    """

    path: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that found something, and everywhere it did."""

    check: Check
    items: tuple[Item, ...]

    @property
    def count(self) -> int:
        """In the check's unit."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that could not be made, and what it lacked."""

    check: Check
    reason: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What was looked at.

    Parameters
    ----------
    annotation_files, boxes, annotation_folders : int
        VOC files (readable or not), usable boxes in them, and folders they lie in.
    series, images, patients : int
        As ctbox splits them into series; 0 without images.
    subjects_listed : int
        Subjects in the download's `metadata.csv`; 0 without that table.
    """

    annotation_files: int = 0
    boxes: int = 0
    annotation_folders: int = 0
    series: int = 0
    images: int = 0
    patients: int = 0
    subjects_listed: int = 0


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything the doctor has to say.

    Parameters
    ----------
    examined : Examined
        What was looked at.
    findings : tuple of Finding
        Most pressing first.
    passed : tuple of Check
        Checks that found nothing.
    not_checked : tuple of NotChecked
        Checks that could not be made.
    """

    examined: Examined
    findings: tuple[Finding, ...]
    passed: tuple[Check, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def needs_person(self) -> bool:
        """Whether some finding can only be settled by a person."""
        return any(found.check.severity is Severity.PERSON for found in self.findings)

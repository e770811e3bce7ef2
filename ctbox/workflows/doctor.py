"""Examine a data set: every defect named, counted and explained, with what ctbox does about it."""

from __future__ import annotations

from collections.abc import Iterable

from ctbox.progress import Progress, TaskContext
from ctbox.workflows import doctor_checks as checks
from ctbox.workflows.doctor_annotations import Found, check_annotations, check_subjects
from ctbox.workflows.doctor_images import check_images, check_pairs, check_table
from ctbox.workflows.doctor_inputs import TABLE_NAME, DoctorInputs, DoctorRequest, read_inputs
from ctbox.workflows.doctor_report import (
    Check,
    DoctorReport,
    Examined,
    Finding,
    Item,
    NotChecked,
    Severity,
)

_ORDER = (Severity.PERSON, Severity.WARNING, Severity.INFO)


def examine_dataset(request: DoctorRequest, ctx: TaskContext) -> DoctorReport:
    """Return every defect found in a folder of images, of annotations, or of both.

    Only headers and annotation files are read. Checks that lack images, annotations or
    `metadata.csv` are listed as not made, with the reason.

    Raises
    ------
    CtboxError
        If a place that was asked for does not exist, or nothing in it could be read.
    TaskCancelledError
        If cancelled.
    """
    inputs = read_inputs(request, ctx)
    found: Found = {}
    not_checked: list[NotChecked] = []
    groups = (
        (checks.ANNOTATION_CHECKS, check_annotations, _lack_annotations(inputs)),
        (checks.SUBJECT_CHECKS, check_subjects, _lack_subjects(inputs)),
        (checks.PAIR_CHECKS, check_pairs, _lack_annotations(inputs) or _lack_images(inputs)),
        (checks.IMAGE_CHECKS, check_images, _lack_images(inputs)),
        (checks.TABLE_CHECKS, check_table, _lack_images(inputs) or _lack_table(inputs)),
    )
    for done, (members, examine, lack) in enumerate(groups):
        ctx.check()
        ctx.report(Progress(done, len(groups), "Comparing"))
        if lack:
            not_checked += [NotChecked(check, lack) for check in members]
        else:
            found.update(examine(inputs))
    return DoctorReport(
        examined=_count(inputs),
        findings=_sort(found),
        passed=_list_passed(found, {each.check for each in not_checked}),
        not_checked=tuple(not_checked),
    )


def _lack_annotations(inputs: DoctorInputs) -> str:
    return inputs.annotations_reason if inputs.annotations is None else ""


def _lack_images(inputs: DoctorInputs) -> str:
    return inputs.images_reason if inputs.scan is None else ""


def _lack_table(inputs: DoctorInputs) -> str:
    return f"There is no {TABLE_NAME} here." if inputs.table is None else ""


def _lack_subjects(inputs: DoctorInputs) -> str:
    if inputs.annotations is None:
        return inputs.annotations_reason
    if inputs.scan is None and inputs.table is None:
        return f"There are neither images nor a {TABLE_NAME} here."
    return ""


def _sort(found: Found) -> tuple[Finding, ...]:
    findings = [Finding(check, _sort_items(found.get(check, ()))) for check in checks.ALL_CHECKS]
    return tuple(
        sorted(
            (finding for finding in findings if finding.items),
            key=lambda finding: _ORDER.index(finding.check.severity),
        )
    )


def _sort_items(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (item.path, item.detail)))


def _list_passed(found: Found, not_checked: set[Check]) -> tuple[Check, ...]:
    return tuple(c for c in checks.ALL_CHECKS if not found.get(c) and c not in not_checked)


def _count(inputs: DoctorInputs) -> Examined:
    annotations = inputs.annotations
    return Examined(
        annotation_files=0 if annotations is None else annotations.file_count,
        boxes=0 if annotations is None else annotations.annotation_count,
        annotation_folders=len({file.folder for file in inputs.files if file.folder}),
        series=len(inputs.series),
        images=sum(len(series.slices) for series in inputs.series),
        patients=len({series.patient_id for series in inputs.series if series.patient_id}),
        subjects_listed=0 if inputs.table is None else len(inputs.table.subjects),
    )

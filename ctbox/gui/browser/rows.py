"""What the series list says of a case; plain values, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.dicom.series import Series
from ctbox.gui.sentences import say
from ctbox.gui.subtype_names import describe_subtype
from ctbox.gui.translation import tr
from ctbox.gui.viewer.readout import format_date
from ctbox.workflows.open_case import Case, SeriesCase


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series in the list.

    Parameters
    ----------
    series_case : SeriesCase
        What it opens.
    title : str
        Its description.
    facts : str
        Slice count, spacing and size.
    marks : str
        How many slices have an expert's box; empty without any.
    trouble : str
        What to know of its geometry; empty if nothing.
    """

    series_case: SeriesCase
    title: str
    facts: str
    marks: str
    trouble: str


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient and the series below.

    Parameters
    ----------
    patient_id : str
        As in the files.
    alias : str
        What stands there while the patient's identity is hidden.
    subtype : str
        Letter and name; empty where unknown.
    series : tuple of SeriesRow
        In the case's order.
    """

    patient_id: str
    alias: str
    subtype: str
    series: tuple[SeriesRow, ...]


def build_rows(case: Case) -> tuple[PatientRow, ...]:
    """Return the case's patients in the order they come, each with its series."""
    by_patient: dict[str, list[SeriesCase]] = {}
    for series_case in case.series:
        patient = series_case.series.patient_id or tr("Unknown patient")
        by_patient.setdefault(patient, []).append(series_case)
    return tuple(
        PatientRow(
            patient_id=patient,
            alias=tr("Patient {number}").format(number=number),
            subtype=_describe_subtype(found),
            series=_build_series_rows(found),
        )
        for number, (patient, found) in enumerate(by_patient.items(), start=1)
    )


def _build_series_rows(found: list[SeriesCase]) -> tuple[SeriesRow, ...]:
    """Return the rows of one patient; equal titles are told apart by kernel, studies by date."""
    kernels: dict[str, set[str | None]] = {}
    has_dates = len({each.series.study_date for each in found}) > 1
    for each in found:
        kernels.setdefault(_describe_title(each.series), set()).add(each.series.convolution_kernel)
    rows = []
    for each in found:
        title, kernel = _describe_title(each.series), each.series.convolution_kernel
        if kernel and len(kernels[title]) > 1:
            title = f"{title} · {kernel}"
        rows.append(build_series_row(each, title, has_date=has_dates))
    return tuple(rows)


def _describe_title(series: Series) -> str:
    return series.description or tr("No description")


def build_series_row(series_case: SeriesCase, title: str, *, has_date: bool = False) -> SeriesRow:
    """Return what the list says of one series; of several studies when it was made."""
    series = series_case.series
    annotated = series_case.annotated_slices
    date = format_date(series.study_date) if has_date else ""
    return SeriesRow(
        series_case=series_case,
        title=title,
        facts=" · ".join(part for part in (date, _describe_facts(series)) if part),
        marks=tr("{annotated} annotated").format(annotated=annotated) if annotated else "",
        trouble="\n".join(map(say, series.problems)),
    )


def _describe_subtype(found: list[SeriesCase]) -> str:
    letters = {case.series.subtype for case in found if case.series.subtype}
    return describe_subtype(letters.pop()) if len(letters) == 1 else ""


def _describe_facts(series: Series) -> str:
    parts = []
    if series.was_split and series.acquisition_number is not None:
        parts.append(
            tr("acq. {acquisition_number}").format(acquisition_number=series.acquisition_number)
        )
    count = len(series.slices)
    parts.append(tr("1 slice") if count == 1 else tr("{count} slices").format(count=count))
    spacing = series.pixel_spacing_mm
    sizes = [] if series.slice_spacing_mm is None else [f"{series.slice_spacing_mm:.3g}"]
    sizes += [] if spacing is None else [f"{spacing[1]:.2f}"]
    if sizes:
        parts.append(" × ".join(sizes) + " mm")
    if series.is_secondary_capture:
        parts.append(tr("secondary capture"))
    elif series.modality not in (None, "CT"):
        parts.append(str(series.modality))
    return " · ".join(parts)

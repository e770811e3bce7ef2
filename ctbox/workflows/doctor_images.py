"""What images tell: files that are none, odd geometry, and boxes beside their slices."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ctbox.annotations.annotation import find_subtype_letter
from ctbox.annotations.sources import is_folder
from ctbox.dicom.listing import SkippedFile
from ctbox.dicom.series import Series
from ctbox.dicom.stack import (
    GAP_FACTOR,
    SAME_POSITION_MM,
    UNEVEN_FRACTION,
    UNEVEN_MM,
)
from ctbox.workflows import doctor_checks as checks
from ctbox.workflows.doctor_annotations import Found, iterate_pairs, shorten_patient
from ctbox.workflows.doctor_inputs import DoctorInputs
from ctbox.workflows.doctor_report import Check, Item
from ctbox.workflows.doctor_twins import TwinPair, find_twins
from ctbox.workflows.open_case import SeriesCase

_DUPLICATE = "Duplicate of "
_SAME_UID = ": same SOP Instance UID"
NOT_DICOM = "Not a DICOM file."
_IMAGE_SUFFIXES = ("", ".dcm", ".DCM", ".ima", ".IMA", ".dicom")
_SAME_BOX_IOU = 0.999


def check_images(inputs: DoctorInputs) -> Found:
    """Return what is wrong with the images themselves."""
    found: Found = defaultdict(list)
    for skipped in () if inputs.scan is None else inputs.scan.skipped:
        _check_skipped(skipped, inputs, found)
    for series in inputs.series:
        _check_geometry(series, inputs, found)
    _check_acquisitions(inputs, found)
    return found


def _check_skipped(skipped: SkippedFile, inputs: DoctorInputs, found: Found) -> None:
    place = inputs.relate(skipped.path)
    if skipped.reason.startswith(_DUPLICATE):
        # The first file of a duplicate stands in the reason, with its whole path.
        original = inputs.relate(_name_original(skipped.reason))
        more = skipped.reason.rpartition(_SAME_UID)[2].rstrip(".")
        detail = f"Same SOP Instance UID as {original}{more}"
        found[checks.DUPLICATE_IMAGE].append(Item(place, detail))
        return
    found[_sort_skipped(skipped)].append(Item(place, inputs.relate.scrub(skipped.reason)))


def _sort_skipped(skipped: SkippedFile) -> Check:
    if skipped.reason == NOT_DICOM and PurePosixPath(skipped.path).suffix not in _IMAGE_SUFFIXES:
        return checks.OTHER_FILE
    path = Path(skipped.path)
    # A link to a folder is passed over by rule, not for want of access.
    is_locked = is_folder(path) and not path.is_symlink()
    return checks.UNREADABLE_PLACE if is_locked else checks.UNREADABLE_IMAGE


def _name_original(reason: str) -> str:
    return reason.removeprefix(_DUPLICATE).rpartition(": ")[0]


def locate_series(series: Series, inputs: DoctorInputs) -> str:
    """Return the folder of a series' first image, relative; the image itself where it lies bare."""
    place = inputs.relate(series.slices[0].source.display)
    folder = place.rpartition("/")[0]
    name = folder or place
    return f"{name} (acquisition {series.acquisition_number})" if series.was_split else name


def _check_geometry(series: Series, inputs: DoctorInputs, found: Found) -> None:
    slices = series.slices
    if slices[0].is_color or series.is_secondary_capture:
        return
    place = locate_series(series, inputs)
    bare = sum(each.pixel_spacing_mm is None for each in slices)
    if bare:
        found[checks.NO_SPACING].append(Item(place, f"{bare} of {len(slices)} images"))
    lost = sum(each.position_along_normal_mm is None for each in slices)
    if lost:
        found[checks.NO_POSITION].append(Item(place, f"{lost} of {len(slices)} images"))
    elif series.not_a_volume:
        found[checks.NOT_A_VOLUME].append(Item(place, f"{len(slices)} images"))
    elif series.slice_spacing_mm is not None:
        known = [each.position_along_normal_mm for each in slices]
        steps = [abs(b - a) for a, b in itertools.pairwise(p for p in known if p is not None)]
        _check_steps(steps, series.slice_spacing_mm, place, found)


def _check_steps(steps: Sequence[float], spacing: float, place: str, found: Found) -> None:
    gaps = [step for step in steps if step > GAP_FACTOR * spacing]
    if gaps:
        detail = f"{len(gaps)} of up to {max(gaps):.1f} mm; median distance {spacing:.1f} mm"
        found[checks.GAPS].append(Item(place, detail))
    same = sum(step <= SAME_POSITION_MM for step in steps)
    if same:
        found[checks.DUPLICATE_POSITIONS].append(Item(place, f"{same} slices too many"))
    limit = max(UNEVEN_MM, UNEVEN_FRACTION * spacing)
    normal = [step for step in steps if SAME_POSITION_MM < step <= GAP_FACTOR * spacing]
    uneven = [step for step in normal if abs(step - spacing) > limit]
    if uneven:
        detail = f"{len(uneven)} places, {min(uneven):.2f} to {max(uneven):.2f} mm"
        found[checks.UNEVEN_SPACING].append(Item(place, f"{detail}; median {spacing:.2f} mm"))


def _check_acquisitions(inputs: DoctorInputs, found: Found) -> None:
    parts: defaultdict[str, list[Series]] = defaultdict(list)
    for series in inputs.series:
        if series.was_split:
            parts[series.series_instance_uid].append(series)
    for members in parts.values():
        counts = " + ".join(str(len(each.slices)) for each in members)
        place = locate_series(members[0], inputs).rpartition(" (acquisition")[0]
        found[checks.SEVERAL_ACQUISITIONS].append(Item(place, f"{counts} images"))


def check_table(inputs: DoctorInputs) -> Found:
    """Return series that have fewer images than the download's table lists."""
    counts: defaultdict[str, int] = defaultdict(int)
    places: dict[str, str] = {}
    for series in inputs.series:
        counts[series.series_instance_uid] += len(series.slices)
        places.setdefault(series.series_instance_uid, locate_series(series, inputs))
    listed = {} if inputs.table is None else inputs.table.images_of_series
    return {
        checks.INCOMPLETE_SERIES: [
            Item(places[uid], f"{count} of {listed[uid]} images")
            for uid, count in counts.items()
            if count < listed.get(uid, 0)
        ]
    }


def check_pairs(inputs: DoctorInputs) -> Found:
    """Return what is odd about boxes beside the slices they belong to."""
    found: Found = defaultdict(list)
    for orphan in inputs.pairing.orphans:
        found[checks.ORPHAN].append(Item(inputs.relate(orphan.path)))
    patients = {shorten_patient(each.patient_id or "") for each in inputs.series}
    for file in iterate_pairs(inputs):
        slice_ = inputs.slice_of_uid[file.sop_instance_uid]
        own = shorten_patient(inputs.series_of_uid[file.sop_instance_uid].patient_id or "")
        place, size = inputs.relate(file.source), (file.width, file.height)
        if None not in size and size != (slice_.columns, slice_.rows):
            detail = f"{file.width} × {file.height}, the image {slice_.columns} × {slice_.rows}"
            found[checks.SIZE_MISMATCH].append(Item(place, detail))
        folder = shorten_patient(file.folder or "")
        is_patient = folder in patients or find_subtype_letter(file.folder) is not None
        if is_patient and folder != own:
            found[checks.FOREIGN_FOLDER].append(Item(place, f"The slice is {own or 'nobody'}'s."))
    for case in inputs.cases:
        _check_hole(case, inputs, found)
    for pair in find_twins(inputs.cases):
        _check_twins(pair, inputs, found)
    return found


def _check_hole(case: SeriesCase, inputs: DoctorInputs, found: Found) -> None:
    series = case.series
    if series.not_a_volume or series.slices[0].is_color:
        return
    at = [i for i, s in enumerate(series.slices) if s.sop_instance_uid in case.annotations]
    missing = (at[-1] - at[0] + 1 - len(at)) if at else 0
    if missing:
        detail = f"{missing} slices without a box among {len(at)} with one"
        found[checks.ANNOTATION_HOLE].append(Item(locate_series(series, inputs), detail))


def _check_twins(pair: TwinPair, inputs: DoctorInputs, found: Found) -> None:
    first, second = locate_series(pair.first, inputs), locate_series(pair.second, inputs)
    if pair.unannotated is not None:
        bare = second if pair.unannotated is pair.second else first
        boxed = first if bare == second else second
        found[checks.UNANNOTATED_TWIN].append(Item(bare, f"Its twin with boxes: {boxed}"))
        return
    is_equal = not pair.only_first and not pair.only_second
    if is_equal and all(iou >= _SAME_BOX_IOU for iou in pair.ious):
        return
    parts = [f"Its twin: {second}"]
    if pair.ious:
        mean = sum(pair.ious) / len(pair.ious)
        parts.append(f"{len(pair.ious)} places with boxes in both, mean IoU {mean:.2f}")
    parts += [
        f"{count} in {which} alone"
        for count, which in ((pair.only_first, "the first"), (pair.only_second, "the second"))
        if count
    ]
    found[checks.TWIN_BOXES].append(Item(first, "; ".join(parts)))

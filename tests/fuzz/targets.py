"""What is done with a damaged file: all that a user could do with it, short of the model."""

from __future__ import annotations

import shutil
from pathlib import Path

from ctbox.annotations.pascal_voc import parse_voc
from ctbox.annotations.reading import read_annotations
from ctbox.annotations.voc_repair import repair_voc
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_annotations import find_annotations
from ctbox.dicom.catalog_query import CatalogFilter, CatalogQuery
from ctbox.dicom.deidentify import Deidentifier
from ctbox.dicom.pixels import apply_window, read_hu, read_rgb
from ctbox.dicom.series import Series
from ctbox.dicom.sr_reading import parse_sr
from ctbox.errors import CtboxError
from ctbox.imaging.outline import compute_outline
from ctbox.progress import TaskContext
from ctbox.workflows.clinical_table import read_clinical_table
from ctbox.workflows.detect import _leave_out_unreadable, get_geometry
from ctbox.workflows.doctor import examine_dataset
from ctbox.workflows.doctor_inputs import DoctorRequest
from ctbox.workflows.import_boxes import ImportRequest, import_boxes
from ctbox.workflows.index import IndexRequest, index_collection
from ctbox.workflows.open_case import open_case

MOST_SLICES = 4


def _attempt(action: object, *arguments: object) -> object:
    """Do something that may be refused with a sentence, and with nothing else."""
    try:
        return action(*arguments)  # type: ignore[operator]
    except CtboxError as error:
        if not error.message.strip():
            raise AssertionError("an error without a sentence") from error
        return None


def use_dicom(path: Path, work: Path) -> None:
    case = _attempt(open_case, path, None, TaskContext())
    for each in getattr(case, "series", ()):
        _use_series(each.series, dict(each.annotations))
    if path.suffix != ".zip":
        data = path.read_bytes()
        _attempt(Deidentifier(b"k" * 32).deidentify, data, str(path))
        _attempt(parse_sr, data, str(path))


def _use_series(series: Series, annotations: dict[str, object]) -> None:
    """Look at slices as the window does, and prepare a prediction."""
    for slice_ in series.slices[:MOST_SLICES]:
        if slice_.is_color:
            _attempt(read_rgb, slice_)
            continue
        hu = _attempt(read_hu, slice_)
        if hu is None:
            continue
        apply_window(hu, -700.0, 1400.0)  # type: ignore[arg-type]
        for box in annotations.get(slice_.sop_instance_uid, ()):  # type: ignore[attr-defined]
            if slice_.pixel_spacing_mm is not None:
                _attempt(compute_outline, hu, box.box, slice_.pixel_spacing_mm)
    if series.skip_detection_reason is None and len(series.slices) <= MOST_SLICES:
        readable, _ = _leave_out_unreadable(series, TaskContext())
        if readable.slices:
            _attempt(get_geometry, readable)


def use_xml(path: Path, work: Path) -> None:
    data = path.read_bytes()
    _attempt(parse_voc, data, str(path), path.stem, "A0001")
    _attempt(repair_voc, data, str(path), "A0001")
    _attempt(read_annotations, path)


def use_zip(path: Path, work: Path) -> None:
    use_dicom(path, work)
    _attempt(read_annotations, path)
    _attempt(examine_dataset, DoctorRequest(path, None), TaskContext())
    request = IndexRequest(path, work / "index.sqlite", workers=1)
    _attempt(index_collection, request, TaskContext())


def use_report(path: Path, work: Path) -> None:
    out = work / "imported"
    _attempt(import_boxes, ImportRequest(path, out), TaskContext())
    shutil.rmtree(out, ignore_errors=True)


def use_table(path: Path, work: Path) -> None:
    _attempt(read_clinical_table, path)


def use_catalogue(path: Path, work: Path) -> None:
    _attempt(_use_catalogue, path)


def _use_catalogue(path: Path) -> None:
    with Catalog(path) as catalog:
        query = CatalogQuery(catalog, CatalogFilter("siemens", annotated=False))
        query.count()
        query.list_patients()
        for patient in CatalogQuery(catalog).list_patients():
            keys = catalog.list_patient_keys(patient.patient_id)
            for series in catalog.read_series(keys):
                catalog.list_changed(series)
                find_annotations(catalog, [each.sop_instance_uid for each in series.slices])


TARGETS = {
    "dicom": use_dicom,
    "xml": use_xml,
    "zip": use_zip,
    "report": use_report,
    "table": use_table,
    "catalogue": use_catalogue,
}
SHARES = {"dicom": 50, "xml": 20, "zip": 12, "report": 10, "table": 3, "catalogue": 5}
"""Of a hundred cases."""

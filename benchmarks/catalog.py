"""Indexing a collection against reading every header with pydicom in one loop; the browser's rows.

Headers are generated: 200 slices a series, two series a study, as many elements, sequences and
private tags as in real chest CT (some 3 KB), and a pixel block of 4 × 4. Every size is measured in
a process of its own, pydicom and ctbox on the same files in the same run; the ratio is what to
read. pydicom reads a sample of 10,000 files where there are more.

    python benchmarks/catalog.py --sizes 1000 10000 250000 --workers 2
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

SLICES = 200
SERIES_A_PATIENT = 4
SAMPLE = 10_000
_UID, _NUMBER, _PLACE = "1.2.826.0.1.3680043.8.498.99999999", "77777", "-88888.5"


def make_template(patient: str, series: int) -> bytes:
    """Return one file of a series, its UID, number and position to be replaced."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "HELIX"]
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", _UID
    ds.Modality, ds.Manufacturer = "CT", ("SIEMENS", "GE MEDICAL SYSTEMS", "Philips")[series % 3]
    ds.ManufacturerModelName, ds.StationName = "Sensation 16", "CT01"
    ds.InstitutionName = "A hospital with an ordinary name"
    ds.PatientID = ds.PatientName = patient
    ds.PatientSex, ds.PatientAge, ds.BodyPartExamined = "F", f"{40 + series % 40:03}Y", "CHEST"
    ds.StudyDescription, ds.SeriesDescription = (
        "ThoraxRoutine Adult",
        f"ThoraxRoutine 5.0 B{series}",
    )
    for name in ("Study", "Series", "Acquisition", "Content"):
        setattr(ds, f"{name}Date", "20090411")
        setattr(ds, f"{name}Time", "101112.250000")
    ds.StudyInstanceUID = (
        f"1.2.826.0.1.3680043.8.498.1.{patient[-4:].lstrip('0') or '0'}.{series // 2}"
    )
    ds.SeriesInstanceUID = f"{ds.StudyInstanceUID}.{series}"
    ds.FrameOfReferenceUID = f"{ds.StudyInstanceUID}.0"
    ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = series, 1, _NUMBER
    ds.SliceThickness, ds.KVP, ds.ConvolutionKernel = 5.0, 120, "B31f"
    for name, value in (
        ("DataCollectionDiameter", 500), ("ReconstructionDiameter", 380),
        ("DistanceSourceToDetector", 1040), ("DistanceSourceToPatient", 570),
        ("GantryDetectorTilt", 0), ("TableHeight", 133), ("RotationDirection", "CW"),
        ("ExposureTime", 500), ("XRayTubeCurrent", 112), ("Exposure", 56), ("FilterType", "0"),
        ("GeneratorPower", 13), ("FocalSpots", 1.2), ("PatientPosition", "HFS"),
        ("ScanOptions", "HELIX MODE"), ("SoftwareVersions", "VA70C"), ("ProtocolName", "Thorax"),
    ):  # fmt: skip
        setattr(ds, name, value)
    for place in range(5):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator = f"11{place}000", "DCM"
        item.CodeMeaning = "a code that says what was done and why"
        item.ReferencedSOPClassUID = ds.SOPClassUID
        item.ReferencedSOPInstanceUID = f"{ds.StudyInstanceUID}.{place}.9"
        name = (
            "ReferencedStudySequence", "ReferencedImageSequence", "SourceImageSequence",
            "ProcedureCodeSequence", "RequestAttributesSequence",
        )[place]  # fmt: skip
        setattr(ds, name, Sequence([item]))
    block = ds.private_block(0x0019, "SIEMENS CT VA0  COAD", create=True)
    for offset in range(24):
        block.add_new(offset, "LO", f"private value {offset}")
    ds.ImagePositionPatient = ["-180.5", "-172.25", _PLACE]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.SliceLocation, ds.PixelSpacing = _PLACE, [0.7, 0.7]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows = ds.Columns = 4
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth = ["-0600", "0040"], ["1200", "0350"]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = -1024, 1, "HU"
    ds.PixelData = bytes(32)
    ds["PixelData"].VR = "OW"
    implicit = series % 2 == 0
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = _UID
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def write_collection(root: Path, count: int) -> None:
    """Write `count` files, a folder a series."""
    for series in range(-(-count // SLICES)):
        patient = f"Lung_Dx-{'ABEG'[series // SERIES_A_PATIENT % 4]}{series // SERIES_A_PATIENT:04}"
        template = make_template(patient, series)
        folder = root / patient / f"study{series // 2 % 2}" / f"{series:05}"
        folder.mkdir(parents=True)
        for number in range(min(SLICES, count - series * SLICES)):
            data = template.replace(
                _UID.encode(), f"{_UID[:-8]}{series * SLICES + number:08}".encode()
            )
            data = data.replace(_NUMBER.encode(), f"{number:05}".encode())
            data = data.replace(_PLACE.encode(), f"{-5.0 * number:08.1f}".encode())
            (folder / f"1-{number:03}.dcm").write_bytes(data)


def iterate_files(root: Path) -> Iterator[Path]:
    """Yield every file in the order of its path."""
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            yield Path(folder, name)


def time_pydicom(root: Path, count: int) -> float:
    """Return pydicom's microseconds a header, over a sample spread evenly."""
    step = max(1, count // SAMPLE)
    files = list(iterate_files(root))[::step]
    start = time.perf_counter()
    for file in files:
        pydicom.dcmread(file, stop_before_pixels=True)
    return (time.perf_counter() - start) / len(files) * 1e6


def find_peak_mib(who: int) -> float:
    """Return the largest resident size of this process, or of the largest child, in MiB.

    A process started by a large one inherits its parent's figure in getrusage, not in /proc.
    """
    status = Path("/proc/self/status")
    if who == resource.RUSAGE_SELF and status.is_file():
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(who).ru_maxrss / 1024


def measure_index(root: Path, catalog: Path, workers: int) -> dict[str, float]:
    """Index a folder, index it again, and list the browser's first rows."""
    from ctbox.dicom.catalog import Catalog
    from ctbox.dicom.catalog_query import CatalogFilter, CatalogQuery
    from ctbox.progress import TaskContext
    from ctbox.workflows.index import IndexRequest, index_collection

    before = find_peak_mib(resource.RUSAGE_SELF)
    report = index_collection(IndexRequest(root, catalog, workers=workers), TaskContext())
    peak = find_peak_mib(resource.RUSAGE_SELF)
    again = index_collection(IndexRequest(root, catalog, workers=workers), TaskContext())
    assert again.files.read == 0
    start = time.perf_counter()
    with Catalog(catalog) as opened:
        query = CatalogQuery(opened)
        patients, series, slices = query.count()
        rows = query.list_patients()
        first = query.list_series(
            rows[0].patient_id, query.list_studies(rows[0].patient_id)[0].study_uid or ""
        )
        browser = time.perf_counter() - start
        start = time.perf_counter()
        CatalogQuery(
            opened, CatalogFilter("sensation b31f", ("A", "G"), has_problems=False)
        ).list_patients()
        search = time.perf_counter() - start
        start = time.perf_counter()
        opened.read_series([first[0].series_key or ""])
        opening = time.perf_counter() - start
    return {
        "instances": report.instances, "series": series, "patients": patients, "slices": slices,
        "index_s": report.seconds, "again_s": again.seconds, "browser_s": browser,
        "search_s": search, "open_series_s": opening, "peak_mib": peak, "start_mib": before,
        "child_mib": find_peak_mib(resource.RUSAGE_CHILDREN),
        "catalog_mb": catalog.stat().st_size / 1e6,
    }  # fmt: skip


def measure_size(count: int, workers: int, place: Path) -> dict[str, float]:
    """Generate a collection, measure it in processes of its own, and remove it."""
    root = place / f"collection-{count}"
    start = time.perf_counter()
    write_collection(root, count)
    written = time.perf_counter() - start
    try:
        plain = [time_pydicom(root, count)]
        command = [sys.executable, __file__, "--measure", str(root), "--workers", str(workers)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        plain.append(time_pydicom(root, count))
    finally:
        shutil.rmtree(root)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "written_s": written, "pydicom_us": sum(plain) / 2}


def print_row(found: dict[str, float]) -> None:
    """Print one size."""
    count = found["instances"]
    micro = found["index_s"] / count * 1e6
    ratio = found["pydicom_us"] / micro
    size = found["catalog_mb"] * 1e6 / count
    print(
        f"{count:>8,.0f} instances: pydicom {found['pydicom_us']:.0f} µs each, ctbox "
        f"{micro:.0f} µs ({ratio:.1f} × the rate, {1e6 / micro:,.0f}/s, {found['index_s']:.1f} s "
        f"in all); nothing changed {found['again_s']:.2f} s"
    )
    print(
        f"{'':10}browser's rows {found['browser_s'] * 1e3:.1f} ms, search "
        f"{found['search_s'] * 1e3:.1f} ms, a series of {SLICES} "
        f"{found['open_series_s'] * 1e3:.1f} ms; memory {found['start_mib']:.0f} → "
        f"{found['peak_mib']:.0f} MiB, readers {found['child_mib']:.0f} MiB; catalogue "
        f"{size:.0f} bytes each",
        flush=True,
    )


def main() -> None:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        catalog = options.measure.with_suffix(".sqlite")
        try:
            print(json.dumps(measure_index(options.measure, catalog, options.workers)))
        finally:
            for file in catalog.parent.glob(f"{catalog.name}*"):
                file.unlink()
        return
    results = []
    with tempfile.TemporaryDirectory(prefix="ctbox-catalog-") as place:
        for count in options.sizes:
            results.append(measure_size(count, options.workers, Path(place)))
            print_row(results[-1])
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

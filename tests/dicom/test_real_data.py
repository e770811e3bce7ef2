"""The real patients and the codec zoo, as they lie."""

from __future__ import annotations

import random
import time
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

from ctbox.dicom.geometry import STANDARD_AXIAL_LETTERS, compute_edge_letters
from ctbox.dicom.pixels import read_hu, read_rgb, read_volume
from ctbox.dicom.reading import SeriesScan, read_series
from ctbox.errors import CtboxError

PATIENTS = ("A0001", "B0001", "B0040", "E0001", "E0002", "E0003", "G0001")

# Acquisition number, slices, spacing in mm, kernel.
EXPECTED: dict[str, list[tuple[int | None, int, float | None, str | None]]] = {
    "A0001": [(None, 64, 5.0, "L"), (None, 64, 5.0, "B")],
    "B0001": [
        (1, 56, 5.0, "STANDARD"),
        (2, 56, 5.0, "STANDARD"),
        (3, 56, 5.0, "STANDARD"),
        (3, 56, 5.0, "LUNG"),
    ],
    "B0040": [(2, 1, None, None)],
    "E0001": [(3, 57, 5.0, "LUNG")],
    "E0002": [(2, 51, 5.0, "B70f"), (2, 25, 10.0, "B40f")],
    "E0003": [(3, 53, 5.0, "LUNG")],
    "G0001": [(1, 23, 10.0, "STANDARD"), (1, 45, 5.0, "LUNG")],
}


@pytest.fixture(scope="module")
def scans(real_data: Path) -> dict[str, SeriesScan]:
    return {name: read_series(real_data / f"Lung_Dx-{name}.zip") for name in PATIENTS}


@pytest.mark.parametrize("patient", PATIENTS)
def test_series_of_a_patient(scans: dict[str, SeriesScan], patient: str) -> None:
    scan = scans[patient]
    found = [
        (s.acquisition_number, len(s.slices), s.slice_spacing_mm, s.convolution_kernel)
        for s in scan.series
    ]
    assert found == EXPECTED[patient]
    assert scan.skipped == ()
    for series in scan.series:
        assert series.patient_id == f"Lung_Dx-{patient}"
        assert series.subtype == patient[0]
        assert series.modality == "CT"
        assert (series.rows, series.columns) == (512, 512)


@pytest.mark.parametrize("patient", [p for p in PATIENTS if p != "B0040"])
def test_slices_run_from_head_to_feet(scans: dict[str, SeriesScan], patient: str) -> None:
    for series in scans[patient].series:
        assert series.problems == ()
        assert not series.not_a_volume
        assert series.slice_thickness_mm == series.slice_spacing_mm
        assert compute_edge_letters(series.slices[0].image_orientation) == STANDARD_AXIAL_LETTERS
        heights = [s.image_position_mm[2] for s in series.slices if s.image_position_mm]
        assert heights == sorted(heights, reverse=True)
        numbers = [s.instance_number for s in series.slices if s.instance_number is not None]
        assert len(numbers) == len(series.slices)
        assert numbers == sorted(numbers)


def test_three_phases_of_one_uid(scans: dict[str, SeriesScan]) -> None:
    phases = scans["B0001"].series[:3]
    assert len({phase.series_instance_uid for phase in phases}) == 1
    assert len({phase.key for phase in phases}) == 3
    assert all(phase.was_split for phase in phases)
    places = [[s.position_along_normal_mm for s in phase.slices] for phase in phases]
    assert places[0] == places[1] == places[2]


def test_windows_with_leading_zeros(scans: dict[str, SeriesScan]) -> None:
    windows = [
        [(w.center, w.width) for w in series.slices[0].windows] for series in scans["A0001"].series
    ]
    assert windows == [[(-600, 1600)], [(60, 350)]]


def test_volumes_hold_hu(scans: dict[str, SeriesScan]) -> None:
    for patient in ("A0001", "B0001", "E0002"):
        volume = read_volume(scans[patient].series[0])
        assert volume.dtype == np.int16
        assert volume.min() == -1024
        assert 1000 < volume.max() <= 3071
        # The middle of the image is body: soft tissue is the commonest there.
        body = volume[:, 200:312, 200:312]
        assert -100 < np.median(body[body > -300]) < 150


def test_hu_equals_pydicom(scans: dict[str, SeriesScan]) -> None:
    for scan in scans.values():
        for series in scan.series:
            slice_ = series.slices[len(series.slices) // 2]
            dataset = pydicom.dcmread(slice_.source.open())
            if slice_.is_color:
                assert (read_rgb(slice_) == dataset.pixel_array).all()
                continue
            expected = dataset.pixel_array.astype(int) + int(dataset.RescaleIntercept)
            assert (read_hu(slice_) == np.maximum(expected, -1024)).all()


def test_padding_of_ge_lies_below_air(real_data: Path, scans: dict[str, SeriesScan]) -> None:
    slice_ = scans["G0001"].series[0].slices[0]
    dataset = pydicom.dcmread(slice_.source.open())
    assert dataset.PixelPaddingValue == -2000
    padded = dataset.pixel_array == -2000
    assert padded.any()
    assert (read_hu(slice_)[padded] == -1024).all()


def test_secondary_capture(scans: dict[str, SeriesScan]) -> None:
    (series,) = scans["B0040"].series
    assert series.is_secondary_capture
    assert "Secondary capture" in (series.skip_detection_reason or "")
    assert read_rgb(series.slices[0]).shape == (512, 512, 3)


def test_folder_of_the_patients_archives(real_data: Path, scans: dict[str, SeriesScan]) -> None:
    scan = read_series(real_data)
    assert [s.key for s in scan.series] == [s.key for name in PATIENTS for s in scans[name].series]
    assert {s.patient_id for s in scan.series} == {f"Lung_Dx-{name}" for name in PATIENTS}
    assert {Path(file.path).name: file.reason for file in scan.skipped} == dict.fromkeys(
        (
            "Annotation.tar.xz",
            "LICENSE-TCIA.txt",
            "metadata.csv",
            "statistics-clinical-20201221.xlsx",
        ),
        "Not a DICOM file.",
    )


def test_scan_of_an_archive_takes_well_under_a_second(real_data: Path) -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        read_series(real_data / "Lung_Dx-A0001.zip")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.8  # 0.1 s for its 128 slices where nobody else computes


def test_codec_zoo_reads_or_names_each_file(codec_zoo: Path) -> None:
    scan = read_series(codec_zoo)
    files = [path for path in codec_zoo.iterdir() if path.is_file()]
    read = {slice_.source.path for series in scan.series for slice_ in series.slices}
    assert len(scan.skipped) + len(read) == len(files)
    reasons = {Path(file.path).name: file.reason for file in scan.skipped}
    assert reasons.pop("LICENSE.txt") == "Not a DICOM file."
    assert reasons.pop("no-pixel-data.dcm").startswith("No pixel data")
    refused = [name for name, reason in reasons.items() if reason.startswith("Transfer syntax")]
    assert len(refused) == 1
    assert "JPEG Full Progression (Processes 10 and 12, retired)" in reasons.pop(refused[0])
    # The lossless ones are one image, under one identifier.
    assert len(reasons) == 5
    assert all(reason.startswith("Duplicate of") for reason in reasons.values())


def test_real_headers_cut_anywhere_never_crash(real_data: Path, tmp_path: Path) -> None:
    rng = random.Random(20)
    for name in ("A0001", "B0001", "B0040", "E0002"):
        with zipfile.ZipFile(real_data / f"Lung_Dx-{name}.zip") as archive:
            member = next(n for n in archive.namelist() if n.endswith(".dcm"))
            data = archive.read(member)
        for _ in range(40):
            path = tmp_path / "cut.dcm"
            path.write_bytes(data[: rng.randrange(min(len(data), 6000))])
            scan = read_series(path)
            assert scan.series == ()
            assert len(scan.skipped) == 1
        for _ in range(60):
            changed = bytearray(data)
            for _ in range(rng.randrange(1, 4)):
                changed[rng.randrange(6000)] = rng.randrange(256)
            path.write_bytes(changed)
            sentence = None
            try:
                for series in read_series(path).series:
                    (read_rgb if series.slices[0].is_color else read_hu)(series.slices[0])
            except CtboxError as error:
                sentence = str(error)
            assert sentence is None or str(path) in sentence

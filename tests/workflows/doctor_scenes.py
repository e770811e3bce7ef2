"""A data set with one of each defect, and a clean one."""

from __future__ import annotations

from pathlib import Path

from tests.annotations.samples import APPLE_STUB, make_object, make_voc, put
from tests.builders import make_uid, write_rgb, write_series, write_slice

ROWS, COLUMNS = 32, 40


def uid_of(patient: str, series: str, number: int) -> str:
    return make_uid("sop", make_uid(patient, series), 1, number)


def write_plain(images: Path, patient: str, series: str, n_slices: int = 6, **more: object) -> Path:
    folder = images / f"Lung_Dx-{patient}" / "study" / series
    write_series(
        folder,
        n_slices,
        patient_id=f"Lung_Dx-{patient}",
        series_instance_uid=make_uid(patient, series),
        study_instance_uid=make_uid("study", patient),
        **more,
    )
    return folder


def voc(*objects: str, depth: int = 1, extra: str = "") -> bytes:
    data = make_voc(*objects, depth=depth, extra=extra)
    return data.replace(b">512</width>", b">40</width>").replace(b">512</height>", b">32</height>")


def box(x1: int = 8, y1: int = 8, x2: int = 20, y2: int = 18, label: str | None = "A") -> str:
    return make_object(x1, y1, x2, y2, label)


def write_clean(root: Path) -> Path:
    """Two patients, every annotated slice there, nothing odd."""
    for patient in ("A0001", "B0002"):
        write_plain(root / "images", patient, "s")
        for number in (3, 4):
            letter = patient[0]
            put(root / "Annotation", patient, uid_of(patient, "s", number), voc(box(label=letter)))
    return root


def write_broken(root: Path) -> Path:
    """One of each defect; the tests know where each is."""
    images, notes = root / "images", root / "Annotation"
    write_plain(images, "A0001", "s", 8)
    a1 = [uid_of("A0001", "s", n) for n in range(1, 9)]
    put(notes, "A0001", a1[0], voc(box(label="g")))  # mismatch, and lower case
    put(notes, "A0001", a1[1], voc(box(label="Q")))
    put(notes, "A0001", a1[3], voc(box(8, 8, 8, 18)))  # leaves a hole before it
    put(notes, "A0001", a1[4], voc(box(20, 8, 8, 18), box("x", 1, 2, 3)))  # type: ignore[arg-type]
    put(notes, "A0001", a1[5], voc(box(8, 8, 50, 18)))
    put(notes, "A0001", a1[6], voc())
    put(notes, "A0001", a1[7], make_voc(box(), extra=f"<dicom_num>{a1[0]}</dicom_num>"))
    put(notes, "A0001", make_uid("nowhere"), voc(box()))
    put(notes, "A0001", make_uid("stub"), APPLE_STUB)
    put(notes, "readers", make_uid("nowhere", 2), voc(box(label="tumour")))
    # The same slice under a second patient's name: once with the same boxes, once with others.
    put(notes, "A0009", a1[1], voc(box(label="Q")))
    put(notes, "A0009", a1[5], voc(box(1, 1, 5, 5)))
    # Twins: B0002 has other boxes in its second kernel, and none in its third.
    for series in ("s", "kernel", "third"):
        write_plain(images, "B0002", series)
    put(notes, "B0002", uid_of("B0002", "s", 3), voc(box(label="B")))
    put(notes, "B0002", uid_of("B0002", "kernel", 3), voc(box(8, 8, 20, 16, label="B")))
    put(notes, "B0002", uid_of("B0002", "kernel", 4), voc(box(label="B")))
    write_geometry(images)
    capture = write_rgb(images / "Lung_Dx-B0040", patient_id="Lung_Dx-B0040")
    rgb_uid = make_uid("sop", make_uid("series", "Lung_Dx-B0040"), 1, 1)
    put(notes, "B0040", rgb_uid, make_voc(box(label="B"), depth=3).replace(b"512", b"30", 1))
    (images / "copy.dcm").write_bytes(capture.read_bytes())
    (images / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\x02\x00rubbish")
    (images / "notes.txt").write_text("not an image")
    return root


def write_geometry(images: Path) -> None:
    """Patients with every trouble of geometry, none annotated."""
    folder = write_plain(images, "E0001", "gap", 10)
    for number in (4, 5, 6):
        (folder / f"1-{number:03d}.dcm").unlink()
    write_plain(images, "E0002", "nospace", spacing=None)
    write_plain(images, "E0003", "noplace", position=None)
    folder = write_plain(images, "E0004", "twice")
    series = {"patient_id": "Lung_Dx-E0004", "series_instance_uid": make_uid("E0004", "twice")}
    place = (-100.0, -100.0, 90.0)
    write_slice(folder, name="again.dcm", instance_number=9, position=place, **series)
    shifted = (-100.0, -100.0, 67.5)
    write_slice(folder, name="shifted.dcm", instance_number=10, position=shifted, **series)
    for acquisition in (1, 2):
        folder = images / "Lung_Dx-E0005" / "study" / "phases"
        write_series(folder, 4, acquisition_number=acquisition, patient_id="Lung_Dx-E0005")
    for number in (1, 2, 3):
        write_slice(
            images / "Lung_Dx-G0001",
            patient_id="Lung_Dx-G0001",
            acquisition_number=number,
            instance_number=number,
        )

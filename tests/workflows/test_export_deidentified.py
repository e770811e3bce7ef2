"""De-identified exports: no identifier of the input in the output, boxes still in place."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import FileDataset

from ctbox.annotations.exchange.records import Origin
from ctbox.dicom.deidentify import KEY_BYTES, DeidentifiedInstance, Deidentifier
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.errors import CtboxError, DicomReadError
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows.export import ExportReport, export
from ctbox.workflows.export_deidentified import read_key
from ctbox.workflows.export_request import ExportFormat, ExportRequest
from ctbox.workflows.open_case import open_case
from tests.annotations.samples import make_object, make_voc, put
from tests.builders import write_rgb
from tests.dicom.identity_scene import PATIENTS, list_identifiers, write_telling

BOX = (4, 5, 20, 18)


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[FileDataset]]:
    root = tmp_path_factory.mktemp("telling")
    written = write_telling(root / "images")
    for dataset in written:
        if int(dataset.InstanceNumber) < 3:
            data = make_voc(make_object(*BOX, "e")).replace(b">512<", b">32<")
            put(root / "Annotation", str(dataset.PatientID), str(dataset.SOPInstanceUID), data)
    return root, written


def run(root: Path, out: Path, to: ExportFormat | None, **more: Any) -> ExportReport:
    return export(ExportRequest(root, out, to, deidentify=True, **more), TaskContext())


@pytest.mark.parametrize("to", [*ExportFormat, None])
def test_no_identifier_of_the_input_is_in_any_byte_or_name_of_the_output(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path, to: ExportFormat | None
) -> None:
    root, written = telling
    secrets = set().union(*(list_identifiers(dataset) for dataset in written))
    secrets |= {"Secret Reader", root.name}
    assert len(secrets) > 80
    # New UIDs are random digits: with a new key each time, a short number turns up by chance.
    key = tmp_path / "key"
    key.write_text("5a" * KEY_BYTES)
    done = run(root, tmp_path / "out", to, key_file=key)
    assert done.images == len(written) == 12
    everything = b""
    for path in sorted((tmp_path / "out").rglob("*")):
        everything += os.fsencode(path.relative_to(tmp_path)) + b"\n"
        everything += path.read_bytes() if path.is_file() else b""
    folded = everything.lower()
    assert not [text for text in secrets if text.lower().encode() in folded]
    # In UTF-16, too, as some tools write texts.
    assert not [text for text in secrets if text.encode("utf-16-le") in everything]


def test_boxes_are_on_the_same_pixels_of_the_copies(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    root, _ = telling
    key = tmp_path / "key"
    run(root, tmp_path / "out", ExportFormat.VOC, key_file=key)
    mapper = Deidentifier(read_key(key))
    before = open_case(root, None, TaskContext())
    after = open_case(tmp_path / "out", None, TaskContext())
    assert len(after.series) == len(before.series) == 4
    found = {s.sop_instance_uid: (c, s) for c in after.series for s in c.series.slices}
    for case in before.series:
        for slice_ in case.series.slices:
            copy_case, copy = found[mapper.map_uid(slice_.sop_instance_uid)]
            assert np.array_equal(read_hu(slice_), read_hu(copy))
            assert copy.position_along_normal_mm == slice_.position_along_normal_mm
            boxes = case.annotations.get(slice_.sop_instance_uid, ())
            copies = copy_case.annotations.get(copy.sop_instance_uid, ())
            assert [(a.box, a.label) for a in copies] == [(a.box, a.label) for a in boxes]
    assert after.annotation_summary.matched == 8
    assert after.annotation_summary.orphans == ()
    patients = {case.series.patient_id for case in after.series}
    assert patients == {mapper.map_patient(patient) for patient in PATIENTS}


def test_lesions_of_copies_cannot_be_found_by_their_uids(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    root, _ = telling
    export(ExportRequest(root, tmp_path / "plain", ExportFormat.CSV), TaskContext())
    run(root, tmp_path / "out", ExportFormat.CSV)
    originals, copies = (
        {row["lesion_uid"] for row in csv.DictReader((folder / "boxes.csv").open(encoding="utf-8"))}
        for folder in (tmp_path / "plain", tmp_path / "out")
    )
    assert len(originals) == len(copies) > 0
    assert not originals & copies


def test_one_key_gives_one_pseudonym_and_another_another(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    root, _ = telling

    def list_names(out: str, **more: Any) -> set[str]:
        run(root, tmp_path / out, ExportFormat.CSV, **more)
        return {p.name for p in (tmp_path / out).rglob("*")}

    key = tmp_path / "secret.key"
    first, again = (list_names(out, key_file=key) for out in ("a", "b"))
    assert first == again
    assert key.stat().st_mode & 0o077 == 0
    assert list_names("c") & first == {"DICOM", "boxes.csv"}


def test_a_key_that_was_not_written_whole_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", die)
        with pytest.raises(KeyboardInterrupt):
            read_key(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []
    key = read_key(tmp_path / "key")
    assert key == read_key(tmp_path / "key")


def test_a_bad_key_file_is_refused(tmp_path: Path) -> None:
    for text in ("", "beef", "no key at all"):
        (tmp_path / "key").write_text(text)
        with pytest.raises(CtboxError, match="holds no key"):
            read_key(tmp_path / "key")
    with pytest.raises(CtboxError, match="cannot be used"):
        read_key(tmp_path / "missing" / "key")
    assert read_key(None) is None


def test_captures_are_warned_about_once_a_series_and_other_files_are_named(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    for number in (1, 2):
        write_rgb(tmp_path / "in", name=f"{number}.dcm", instance_number=number)
    (tmp_path / "in" / "report.pdf").write_bytes(b"about Mrs Quillfeather")
    done = run(tmp_path / "in", tmp_path / "out", None)
    assert done.images == 2
    (warning,) = done.warnings
    assert "secondary capture" in warning.reason
    assert warning.path.startswith("2.25.")
    assert [left.path.rpartition("/")[2] for left in done.left_out] == ["report.pdf"]
    assert not list((tmp_path / "out").rglob("*.pdf"))


def test_predictions_move_to_the_copies(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    root, written = telling
    uid = str(written[0].SOPInstanceUID)
    slices = [{"sop_instance_uid": uid, "detections": [{"box": list(BOX), "score": 0.5}]}]
    document = {"model": {"name": "m", "sha256": "ab"}, "series": [{"slices": slices}]}
    (tmp_path / "p.json").write_text(json.dumps(document))
    more = {"origin": Origin.AI, "detections": tmp_path / "p.json"}
    done = run(root, tmp_path / "out", ExportFormat.CSV, **more)
    assert done.boxes == 1
    text = (tmp_path / "out" / "boxes.csv").read_text()
    assert uid not in text
    copied = {s.sop_instance_uid for c in read_series(tmp_path / "out").series for s in c.slices}
    assert text.splitlines()[1].split(",")[0] in copied


def test_boxes_of_an_image_that_cannot_be_copied_are_counted_and_named(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, written = telling
    lost = str(written[0].SOPInstanceUID).encode()
    whole = Deidentifier.deidentify

    def refuse_one(self: Deidentifier, data: bytes, source: str) -> DeidentifiedInstance:
        if lost in data:
            raise DicomReadError(f"{source} could not be de-identified.", "Repair it.", source)
        return whole(self, data, source)

    everything = run(root, tmp_path / "all", ExportFormat.CSV)
    monkeypatch.setattr(Deidentifier, "deidentify", refuse_one)
    done = run(root, tmp_path / "out", ExportFormat.CSV)
    assert done.boxes == everything.boxes - 1
    file, boxes = done.left_out
    assert file.path == boxes.path
    assert boxes.reason == "1 box is not exported: the image has no de-identified copy."
    assert everything.left_out == ()


def test_the_target_must_lie_outside(telling: tuple[Path, list[FileDataset]]) -> None:
    root, _ = telling
    with pytest.raises(CtboxError, match="lies inside"):
        run(root, root / "images" / "out", None)


def test_cancelled_nothing_is_left(telling: tuple[Path, list[FileDataset]], tmp_path: Path) -> None:
    def stop(update: object) -> None:
        if getattr(update, "message", "") == "De-identifying" and getattr(update, "done", 0) == 5:
            ctx.cancel()

    ctx = TaskContext(stop)
    with pytest.raises(TaskCancelledError):
        export(ExportRequest(telling[0], tmp_path / "out", None, deidentify=True), ctx)
    assert list(tmp_path.iterdir()) == []


def test_a_real_patient(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "Lung_Dx-E0002.zip"
    done = run(path, tmp_path / "out", ExportFormat.VOC)
    before, after = (open_case(each, None, TaskContext()) for each in (path, tmp_path / "out"))
    assert done.images == sum(len(each.series.slices) for each in before.series)
    counts = [
        sorted((len(c.series.slices), c.annotation_count) for c in case.series)
        for case in (before, after)
    ]
    assert counts[0] == counts[1]
    secrets = {b"Lung_Dx", b"E0002", b"1.3.6.1.4.1.14519"}
    secrets |= {(each.series.study_date or "").encode() for each in before.series}
    for file in (tmp_path / "out").rglob("*"):
        head = file.read_bytes()[:20_000] if file.is_file() else b""
        assert not [text for text in secrets if text in head or text.decode() in str(file.name)]


def test_a_key_in_the_shared_folder_is_refused(
    telling: tuple[Path, list[FileDataset]], tmp_path: Path
) -> None:
    root, _ = telling
    for key in (tmp_path / "out" / "key", tmp_path / "out" / ".." / "out" / "x" / "key"):
        with pytest.raises(CtboxError, match="to be shared"):
            run(root, tmp_path / "out", None, key_file=key)
    assert not (tmp_path / "out").exists()
    request = ExportRequest(root, tmp_path / "out", ExportFormat.CSV, key_file=tmp_path / "key")
    with pytest.raises(CtboxError, match="goes with de-identified"):
        export(request, TaskContext())
    assert not (tmp_path / "key").exists()

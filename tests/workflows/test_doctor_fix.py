"""Corrected copies: complete, only the stated fixes, and the originals untouched."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from ctbox.annotations.annotation import ProblemKind
from ctbox.annotations.reading import read_annotations
from ctbox.errors import CtboxError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from ctbox.workflows.doctor import examine_dataset
from ctbox.workflows.doctor_fix import FixReport, write_fixed_copy
from ctbox.workflows.doctor_inputs import DoctorRequest
from tests.annotations.samples import make_object, make_voc, put
from tests.builders import make_uid, zip_folder
from tests.workflows.doctor_scenes import box, uid_of, voc, write_broken


def digest(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write_broken(tmp_path / "in")


def fix(broken: Path, out: Path) -> FixReport:
    return write_fixed_copy(DoctorRequest(broken), out, TaskContext())


def test_the_copy_is_complete_corrected_and_the_originals_stay(
    broken: Path, tmp_path: Path
) -> None:
    before = digest(broken)
    done = fix(broken, tmp_path / "out")
    assert digest(broken) == before
    originals = list((broken / "Annotation").rglob("*.xml"))
    copies = list((tmp_path / "out" / "Annotation").rglob("*.xml"))
    assert len(copies) == done.copied == len(originals) - 1
    assert done.left_out == 1
    fixed = read_annotations(tmp_path / "out")
    assert not fixed.failures
    kinds = {warning.kind for warning in fixed.warnings}
    assert ProblemKind.SWAPPED not in kinds
    # What only a person can settle is still there.
    assert {ProblemKind.LABEL_MISMATCH, ProblemKind.ZERO_AREA, ProblemKind.BAD_BOX} <= kinds
    assert all(b"Secret Reader" not in path.read_bytes() for path in copies)
    with (tmp_path / "out" / "fixes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(done.fixes.values())
    assert all(row["file"].startswith("Annotation/") for row in rows)
    corrected = {row["file"] for row in rows if not row["fix"].startswith("left out")}
    assert len(corrected) == done.corrected


def test_the_copy_has_no_finding_that_a_fix_was_stated_for(broken: Path, tmp_path: Path) -> None:
    fix(broken, tmp_path / "out")
    request = DoctorRequest(broken / "images", tmp_path / "out" / "Annotation")
    left = {f.check.check_id for f in examine_dataset(request, TaskContext()).findings}
    assert not left & {"not-xml", "unknown-label", "lower-case-label", "swapped-corners"}
    assert "same-uid-same-boxes" in left


def test_files_without_a_fix_come_byte_for_byte(tmp_path: Path) -> None:
    data = make_voc(make_object()).replace(b"Secret Reader", b"Unknow").replace(b"C:\\", b"")
    data = data.replace(b"Users\\Unknow\\image.jpg", b"Unknow")
    uid = make_uid("a")
    put(tmp_path / "in" / "Annotation", "A0001", uid, data)
    done = fix(tmp_path / "in", tmp_path / "out")
    assert (done.copied, done.corrected, done.fixes) == (1, 0, {})
    assert (tmp_path / "out" / "Annotation" / "A0001" / f"{uid}.xml").read_bytes() == data


def test_a_zip_is_copied_too(broken: Path, tmp_path: Path) -> None:
    archive = zip_folder(broken, tmp_path / "all.zip")
    done = fix(archive, tmp_path / "out")
    assert done.copied == fix(broken, tmp_path / "other").copied
    assert digest(tmp_path / "out" / "Annotation") == digest(tmp_path / "other" / "Annotation")


def test_a_second_file_of_one_name_is_left_out_and_named(tmp_path: Path) -> None:
    uid = uid_of("A0001", "s", 1)
    put(tmp_path / "in" / "one" / "Annotation", "A0001", uid, voc(box()))
    put(tmp_path / "in" / "two" / "Annotation", "A0001", uid, voc(box(1, 1, 5, 5)))
    done = fix(tmp_path / "in", tmp_path / "out")
    assert (done.copied, done.left_out) == (1, 1)
    assert "two/Annotation/A0001" in (tmp_path / "out" / "fixes.csv").read_text()


@pytest.mark.parametrize("name", ["in/out", "in/Annotation/out", "in", "full", "file"])
def test_a_bad_target_is_refused(broken: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "keep").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = digest(tmp_path)
    with pytest.raises(CtboxError, match=name.rpartition("/")[2]):
        fix(broken, tmp_path / name)
    assert digest(tmp_path) == before


def test_a_target_linked_into_the_input_is_refused(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(broken / "Annotation", target_is_directory=True)
    with pytest.raises(CtboxError, match="inside"):
        fix(broken, tmp_path / "link" / "out")


def test_an_empty_folder_is_taken(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert fix(broken, tmp_path / "out").copied


def test_cancelled_half_way_nothing_is_left(broken: Path, tmp_path: Path) -> None:
    ctx = TaskContext(lambda update: ctx.cancel() if isinstance(update, Progress) else None)
    for number in range(250):
        put(broken / "Annotation", "A0002", make_uid("more", number))
    with pytest.raises(TaskCancelledError):
        write_fixed_copy(DoctorRequest(broken), tmp_path / "out", ctx)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_without_annotations_there_is_nothing_to_correct(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(CtboxError, match="no annotations"):
        fix(tmp_path / "in", tmp_path / "out")

"""Corrected copies of annotation files in a new folder; the originals are only read."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ctbox.annotations.reading import REPORT_EVERY, find_annotation_folder, open_sources
from ctbox.annotations.source_reader import SourceReader
from ctbox.annotations.sources import AnnotationSource
from ctbox.annotations.voc_repair import RepairedVoc, repair_voc
from ctbox.errors import AnnotationError, ArchiveError, CtboxError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.doctor_inputs import DoctorRequest, RelativePaths

ANNOTATION_FOLDER = "Annotation"
LIST_NAME = "fixes.csv"
LEFT_OUT = "left out: no annotation that can be read"
SAME_NAME = "left out: another file of this folder and name was copied"


@dataclass(frozen=True, slots=True)
class FixReport:
    """What a corrected copy holds.

    Parameters
    ----------
    folder : pathlib.Path
        Where it lies; its `Annotation` folder is what `--annotations` takes.
    copied, corrected, left_out : int
        Files in the copy, those of them that differ from their original, and those not copied.
    fixes : dict
        What was done to how many boxes or files.
    """

    folder: Path
    copied: int
    corrected: int
    left_out: int
    fixes: dict[str, int]


def write_fixed_copy(request: DoctorRequest, out: Path, ctx: TaskContext) -> FixReport:
    """Write corrected copies of all annotation files, and `fixes.csv` with every change.

    Files that need no correction are copied byte for byte, so that the copy is complete. The
    folder appears whole or not at all.

    Parameters
    ----------
    request : DoctorRequest
        What was examined.
    out : pathlib.Path
        A folder that does not exist or is empty, outside everything that was examined.
    ctx : TaskContext
        Told of progress and asked to stop.

    Raises
    ------
    CtboxError
        If there are no annotations, `out` holds something or lies inside what was examined,
        or the disk refuses.
    TaskCancelledError
        If cancelled; nothing is left behind.
    """
    place = _find_place(request)
    check_out_folder(out, (request.path, place))
    with build_folder(out) as scratch, open_sources(place) as (listing, reader):
        copier = _Copier(scratch, reader, RelativePaths(request.path, place))
        for done, source in enumerate(listing.sources):
            if done % REPORT_EVERY == 0:
                ctx.check()
                ctx.report(Progress(done, len(listing.sources), "Correcting"))
            copier.copy(source)
        (scratch / LIST_NAME).write_bytes(copier.format_list())
    return FixReport(out, copier.copied, copier.corrected, copier.left_out, dict(copier.fixes))


def _find_place(request: DoctorRequest) -> Path:
    place = request.annotations
    if place is None and request.path is not None:
        place = find_annotation_folder(request.path)
    if place is None:
        raise CtboxError(
            "There are no annotations to correct here.",
            "Name their folder with --annotations.",
            request.path,
        )
    return place


def check_out_folder(out: Path, inputs: tuple[Path | None, ...]) -> None:
    """Refuse a target that holds something, or that lies inside what is read.

    Raises
    ------
    CtboxError
        With what is wrong with it.
    """
    target = out.resolve()
    for path in inputs:
        if path is not None and target.is_relative_to(path.resolve()):
            raise CtboxError(
                f"{out} lies inside the data that was examined, which stays untouched.",
                "Choose a folder elsewhere.",
                out,
            )
    try:
        is_taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError:  # a folder that may not be listed is not known to be empty
        is_taken = True
    if is_taken:
        raise CtboxError(
            f"{out} already exists and is not an empty folder.", "Choose a new folder.", out
        )


@contextmanager
def build_folder(out: Path) -> Iterator[Path]:
    """Give a scratch folder that becomes `out` at the end, or vanishes if anything goes wrong.

    Raises
    ------
    CtboxError
        If the disk refuses.
    """
    scratch = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        scratch.chmod(0o755)  # a private folder would stay private after the move
        yield scratch
        if out.is_dir():
            out.rmdir()
        scratch.replace(out)
    except OSError as error:
        raise CtboxError(
            f"{out} could not be written: {error.strerror or error}.",
            "Choose another folder, or make room on the disk.",
            out,
        ) from error
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


class _Copier:
    """Copies one file after the other and keeps count."""

    def __init__(self, out: Path, reader: SourceReader, relate: RelativePaths) -> None:
        self.root = out / ANNOTATION_FOLDER
        self.root.mkdir()
        self.reader = reader
        self.relate = relate
        self.copied = self.corrected = self.left_out = 0
        self.fixes: Counter[str] = Counter()
        self.rows: list[tuple[str, str]] = []

    def copy(self, source: AnnotationSource) -> None:
        """Copy a file, corrected, or leave it out with the reason in the list."""
        try:
            repaired = repair_voc(self.reader.read(source), source.display, source.folder)
        except (AnnotationError, ArchiveError):
            self._leave_out(source, LEFT_OUT)
            return
        target = self.root.joinpath(*filter(None, (source.folder, f"{source.stem}.xml")))
        if target.exists():
            self._leave_out(source, SAME_NAME)
            return
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(repaired.data)
        self.copied += 1
        self._note(source, repaired)

    def _leave_out(self, source: AnnotationSource, reason: str) -> None:
        self.left_out += 1
        self.fixes[reason] += 1
        self.rows.append((self.relate(source.display), reason))

    def _note(self, source: AnnotationSource, repaired: RepairedVoc) -> None:
        self.corrected += bool(repaired.repairs)
        for repair in repaired.repairs:
            self.fixes[repair.value] += 1
            self.rows.append((self.relate(source.display), repair.value))

    def format_list(self) -> bytes:
        """Return the list of all that was done, as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("file", "fix"))
        writer.writerows(self.rows)
        return text.getvalue().encode("utf-8", "backslashreplace")

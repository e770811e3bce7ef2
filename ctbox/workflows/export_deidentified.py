"""De-identified copies of series, and the boxes on them moved to the copies' UIDs."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ctbox.dicom.deidentify import KEY_BYTES, DeidentifiedInstance, Deidentifier
from ctbox.dicom.lesion_marks import MarkedLesion
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import InstanceSource, Series
from ctbox.errors import ArchiveError, CtboxError, DicomReadError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.export_lesions import MarkedSeries
from ctbox.workflows.open_case import FileProblem

DICOM_FOLDER = "DICOM"


def read_key(path: Path | None) -> bytes | None:
    """Return the key in a file, made there if the file does not exist; None without a file.

    Raises
    ------
    CtboxError
        If the file cannot be read or made, or holds no key.
    """
    if path is None:
        return None
    try:
        if not path.exists():
            _make_key(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        message = f"The key file {path} cannot be used: {error.strerror or error}."
        raise CtboxError(message, "Choose another file.", path) from error
    except ValueError as error:
        raise CtboxError(f"{path} holds no key.", "Name a new file: it is made.", path) from error
    if len(key) < KEY_BYTES:
        raise CtboxError(f"{path} holds no key.", "Name a new file: it is made.", path)
    return key


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all: an empty file would be refused ever after."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    # Readable by its owner alone: whoever has it can tell whose images these are.
    made = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(made, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


class DeidentifiedCopy:
    """Copies series into a folder, and tells what became of whom.

    Parameters
    ----------
    folder : pathlib.Path
        The export; images go to its `DICOM` folder.
    deidentifier : Deidentifier
        Maps patients and UIDs.
    """

    def __init__(self, folder: Path, deidentifier: Deidentifier) -> None:
        self._root = folder / DICOM_FOLDER
        self._deidentifier = deidentifier
        self.images = 0
        self.warnings: list[FileProblem] = []
        self.left_out: list[FileProblem] = []

    def copy(self, series: Sequence[Series], ctx: TaskContext) -> None:
        """Copy every image of some series.

        Raises
        ------
        CtboxError
            If none could be copied.
        OSError
            If the disk refuses.
        TaskCancelledError
            If cancelled.
        """
        # Frames of one file, and parts of one series, come from the same sources.
        sources = list(dict.fromkeys(slice_.source for one in series for slice_ in one.slices))
        warned: set[tuple[str, str]] = set()
        for done, source in enumerate(sources):
            ctx.check()
            ctx.report(Progress(done, len(sources), "De-identifying"))
            copied = self._copy_instance(source)
            if copied is None:
                continue
            mark = (copied.series_instance_uid, copied.burned_in)
            if copied.burned_in and mark not in warned:
                warned.add(mark)
                reason = f"{copied.burned_in} Look at the copies before you share them."
                self.warnings.append(FileProblem(mark[0], reason))
        if sources and not self.images:
            raise CtboxError(
                "No image could be de-identified.", "Repair the files first: " + self._tell_first()
            )

    def _tell_first(self) -> str:
        return self.left_out[0].reason if self.left_out else ""

    def _copy_instance(self, source: InstanceSource) -> DeidentifiedInstance | None:
        # Neither the file's name nor its folder is told on: names may stand in both.
        try:
            copied = self._deidentifier.deidentify(source.read(), "An image file")
        except DicomReadError as error:
            self.left_out.append(FileProblem(source.display, f"{error.message} {error.hint}"))
            return None
        except (OSError, ArchiveError) as error:
            self.left_out.append(FileProblem(source.display, f"It cannot be read: {error}"))
            return None
        names = (copied.patient_id, copied.study_instance_uid, copied.series_instance_uid)
        path = self._root.joinpath(*names, f"{copied.sop_instance_uid}.dcm")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(copied.data)
        self.images += 1
        return copied

    def move_boxes(self, marked: Sequence[MarkedSeries], ctx: TaskContext) -> list[MarkedSeries]:
        """Return the lesions on the copied series, under the copies' UIDs.

        Boxes whose slice has no copy that can be shown are counted and named in `left_out`.

        Raises
        ------
        DicomReadError
            If the copies cannot be read back, which would be a defect of the copies.
        TaskCancelledError
            If cancelled.
        """
        owner = {
            slice_.sop_instance_uid: series
            for series in read_series(self._root, ctx).series
            for slice_ in series.slices
        }
        moved = []
        for each in marked:
            self._name_lost(each, owner.keys())
            lesions = tuple(self._move_lesion(lesion) for lesion in each.lesions)
            uids = {box.sop_instance_uid for lesion in lesions for box in lesion.boxes}
            for series in dict.fromkeys(owner[uid] for uid in sorted(uids) if uid in owner):
                here = {slice_.sop_instance_uid for slice_ in series.slices} & uids
                moved.append(MarkedSeries(series, _keep(lesions, here)))
        return moved

    def _name_lost(self, marked: MarkedSeries, copied: Collection[str]) -> None:
        """Tell of every slice whose boxes have no copy to lie on."""
        displays = {s.sop_instance_uid: s.source.display for s in marked.series.slices}
        uids = [box.sop_instance_uid for lesion in marked.lesions for box in lesion.boxes]
        for uid, count in Counter(uids).items():
            if self._deidentifier.map_uid(uid) in copied:
                continue
            boxes = "1 box is" if count == 1 else f"{count} boxes are"
            reason = f"{boxes} not exported: the image has no de-identified copy."
            self.left_out.append(FileProblem(displays.get(uid, uid), reason))

    def _move_lesion(self, lesion: MarkedLesion) -> MarkedLesion:
        mapper = self._deidentifier.map_uid
        boxes = tuple(
            replace(box, sop_instance_uid=mapper(box.sop_instance_uid)) for box in lesion.boxes
        )
        # Made from the original's UIDs, it could be guessed again from them.
        return replace(lesion, tracking_uid=mapper(lesion.tracking_uid), boxes=boxes)


def _keep(lesions: Sequence[MarkedLesion], uids: set[str]) -> tuple[MarkedLesion, ...]:
    """Return the lesions with their boxes on some slices; those without any are left out."""
    kept = (
        replace(lesion, boxes=tuple(b for b in lesion.boxes if b.sop_instance_uid in uids))
        for lesion in lesions
    )
    return tuple(lesion for lesion in kept if lesion.boxes)

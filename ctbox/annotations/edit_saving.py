"""Writes the reader's boxes as VOC files, `Annotation/<patient>/<SOPInstanceUID>.xml`.

Nothing that somebody else wrote is ever lost: an expert's file is left alone unless it was
unlocked, and whatever ctbox did not write itself is kept beside its successor as `.orig`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.atomic_file import write_atomically
from ctbox.annotations.box_edits import OwnBox
from ctbox.annotations.edit_history import SavedFiles
from ctbox.annotations.pascal_voc import build_voc, parse_voc
from ctbox.annotations.sources import ANNOTATION_NAMES, open_archive
from ctbox.annotations.voc_editing import VocEdit, update_voc
from ctbox.annotations.voc_elements import round_box
from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError, ArchiveError

_ARCHIVE_MARK = "!/"
_STALE_S = 3600.0
_TEMPORARY = ".*.tmp"


@dataclass(frozen=True)
class SliceToSave:
    """One slice's boxes as they should stand in its file.

    Parameters
    ----------
    sop_instance_uid : str
        The slice.
    folder : str
        The patient's annotation folder, such as "A0001".
    width, height : int
        Columns and rows.
    boxes : tuple of OwnBox
        The reader's boxes; may be empty.
    expert_source : str
        The expert's file, or `archive!/member`; empty where there is none.
    is_unlocked : bool
        Whether the boxes replace those of the expert's file.
    """

    sop_instance_uid: str
    folder: str
    width: int
    height: int
    boxes: tuple[OwnBox, ...]
    expert_source: str = ""
    is_unlocked: bool = False


@dataclass(frozen=True)
class SaveRequest:
    """What to write and where.

    Parameters
    ----------
    root : pathlib.Path or None
        Folder that gets an `Annotation` folder, or is one; None writes where the expert's files
        lie, which must be unlocked.
    slices : tuple of SliceToSave
        All slices to write.
    locked_folders : frozenset of pathlib.Path
        Folders with expert's files that are not unlocked; nothing is written there.
    written : frozenset of str
        sha256 of files that ctbox wrote before.
    note_writing : callable
        Told the sha256 of what will be written, before it is.
    """

    root: Path | None
    slices: tuple[SliceToSave, ...]
    locked_folders: frozenset[Path] = frozenset()
    written: frozenset[str] = frozenset()
    note_writing: Callable[[Iterable[str]], None] = field(default=lambda _: None)


@dataclass(frozen=True)
class SaveReport:
    """What was written.

    Parameters
    ----------
    saved : SavedFiles
        Every slice's file with its sha256.
    changed : int
        How many files were written; the others held the same already.
    kept : tuple of str
        Files of somebody else's that were kept beside as `.orig`.
    """

    saved: SavedFiles
    changed: int
    kept: tuple[str, ...]


@dataclass(frozen=True)
class _Plan:
    slice: SliceToSave
    path: Path
    data: bytes
    before: bytes | None

    @property
    def digest(self) -> str:
        return hash_bytes(self.data)


def hash_bytes(data: bytes) -> str:
    """Return the sha256 of bytes in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def find_target(root: Path, folder: str, sop_instance_uid: str) -> Path:
    """Return where a slice's file goes below a folder that is, or gets, an `Annotation` folder."""
    base = root if root.name in ANNOTATION_NAMES else root / "Annotation"
    return base / folder / f"{sop_instance_uid}.xml"


def save_boxes(request: SaveRequest) -> SaveReport:
    """Write all slices' files; each appears whole or not at all.

    Everything is worked out before the first file is touched. If the disk refuses halfway, the
    files before it are new, the others are as they were, and saving again goes on from there.

    Raises
    ------
    AnnotationError
        If a target is a locked expert's file or lies among such, an original cannot be read,
        a label cannot stand in XML, or the disk refuses.
    """
    targets = _find_targets(request)
    plans = [_plan(request, each, path) for each, path in zip(request.slices, targets, strict=True)]
    request.note_writing(plan.digest for plan in plans)
    kept, changed = [], 0
    for folder in {plan.path.parent for plan in plans}:
        _prepare_folder(folder)
    for plan in plans:
        if plan.data == plan.before:
            continue
        if plan.before is not None and hash_bytes(plan.before) not in request.written:
            kept.append(str(_keep_original(plan.path, plan.before)))
        write_atomically(plan.path, plan.data, overwrite=True)
        changed += 1
    files = {plan.slice.sop_instance_uid: (str(plan.path), plan.digest) for plan in plans}
    root = "" if request.root is None else str(request.root)
    return SaveReport(SavedFiles(root, files), changed, tuple(kept))


def _find_targets(request: SaveRequest) -> list[Path]:
    """Return every slice's file.

    Raises
    ------
    AnnotationError
        If a folder holds locked files, or the expert's files lie where none can be written.
    """
    if request.root is None:
        return _find_places(request.slices)
    root = request.root
    targets = [find_target(root, each.folder, each.sop_instance_uid) for each in request.slices]
    locked = {folder.resolve() for folder in request.locked_folders}
    for each, target in zip(request.slices, targets, strict=True):
        if target.resolve().parent in locked:
            raise AnnotationError(
                f"{target.parent} holds the expert's files of {each.folder}, and they are locked.",
                f"Choose another folder, or unlock the expert's boxes of {each.folder} first.",
                target.parent,
            )
    return targets


def _find_places(slices: Sequence[SliceToSave]) -> list[Path]:
    """Return the expert's own files, and files beside them for slices that have none."""
    places = {
        each.folder: Path(each.expert_source).parent
        for each in slices
        if each.is_unlocked and each.expert_source and _ARCHIVE_MARK not in each.expert_source
    }
    missing = sorted({each.folder for each in slices} - places.keys())
    if missing:
        raise AnnotationError(
            f"The boxes of {missing[0]} cannot be saved among the expert's files: they are "
            "locked, lie in an archive, or there are none.",
            "Save to a folder of your own.",
        )
    return [
        Path(each.expert_source)
        if each.expert_source
        else places[each.folder] / f"{each.sop_instance_uid}.xml"
        for each in slices
    ]


def _plan(request: SaveRequest, each: SliceToSave, path: Path) -> _Plan:
    before = _read_bytes(path) if path.exists() else None
    original = _find_original(request, each, path, before)
    size = (each.width, each.height)
    is_expert = each.is_unlocked and bool(each.expert_source)
    found = None if original is None else _read_boxes(each, path, original, is_needed=is_expert)
    if original is None or found is None:
        boxes = [(own.box, own.label) for own in each.boxes]
        return _Plan(each, path, build_voc(path, each.sop_instance_uid, boxes, size), before)
    edits = match_boxes(each.boxes, found, size, by_index=is_expert)
    return _Plan(each, path, update_voc(original, edits, size, str(path)), before)


def _read_boxes(
    each: SliceToSave, path: Path, original: bytes, *, is_needed: bool
) -> tuple[Annotation, ...] | None:
    """Return the boxes of a file; None where it is damaged and can do without, kept as `.orig`."""
    try:
        return parse_voc(original, str(path), each.sop_instance_uid, each.folder).annotations
    except AnnotationError:
        if is_needed:
            raise
        return None


def _find_original(
    request: SaveRequest, each: SliceToSave, path: Path, before: bytes | None
) -> bytes | None:
    """Return the bytes to edit: the expert's own file if unlocked, else what lies there."""
    if not (each.is_unlocked and each.expert_source):
        return before
    original = _first_original(path)
    if before is not None and hash_bytes(before) in request.written and original.exists():
        return _read_bytes(original)
    if _ARCHIVE_MARK in each.expert_source:
        return _read_member(each.expert_source)
    return _read_bytes(Path(each.expert_source))


def match_boxes(
    boxes: Sequence[OwnBox],
    found: Sequence[Annotation],
    size: tuple[int, int],
    *,
    by_index: bool,
) -> list[VocEdit]:
    """Return which box of a file each of the reader's boxes is, so that the rest of it stays.

    Parameters
    ----------
    boxes : sequence of OwnBox
        As they should stand in the file.
    found : sequence of Annotation
        As they stand there now.
    size : tuple of int
        Columns and rows.
    by_index : bool
        Whether `OwnBox.object_index` counts in this very file. Else the same box with the same
        label is the same, then the one that overlaps most.
    """
    left = {each.object_index: each for each in found}
    chosen: dict[int, Annotation] = {}

    def take(own: OwnBox, annotation: Annotation | None) -> None:
        if annotation is not None and own.box_id not in chosen:
            chosen[own.box_id] = left.pop(annotation.object_index)

    for own in boxes:
        if by_index and own.object_index is not None:
            take(own, left.get(own.object_index))
    for own in boxes:
        corners = round_box(own.box, *size)
        same = (
            each
            for each in left.values()
            if each.raw_label == own.label and each.box.as_tuple() == corners
        )
        take(own, next(same, None))
    for own in boxes:
        take(own, _find_overlapping(own, list(left.values())))
    return [_make_edit(own, chosen.get(own.box_id), size) for own in boxes]


def _find_overlapping(own: OwnBox, left: Sequence[Annotation]) -> Annotation | None:
    best = max(left, key=lambda each: each.box.iou(own.box), default=None)
    return best if best is not None and best.box.iou(own.box) > 0 else None


def _make_edit(own: OwnBox, annotation: Annotation | None, size: tuple[int, int]) -> VocEdit:
    if annotation is None:
        return VocEdit(own.box, own.label)
    corners = BoundingBox(*round_box(own.box, *size))
    # The same integers as in the file: not moved, whatever the reader's fractions.
    box = annotation.box if annotation.box == corners else own.box
    return VocEdit(box, own.label, annotation.object_index)


# --- files --------------------------------------------------------------------------------------


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnnotationError(
            f"{path} could not be read: {error.strerror}.",
            "Nothing was saved. Check that it is there and may be read, or save elsewhere.",
            path,
        ) from error


def _read_member(source: str) -> bytes:
    archive_path, _, member = source.partition(_ARCHIVE_MARK)
    try:
        with open_archive(Path(archive_path)) as archive:
            return archive.read(str(PurePosixPath(member)))
    except (ArchiveError, KeyError, OSError, RuntimeError, ValueError) as error:
        raise AnnotationError(
            f"The expert's file {source} could not be read.",
            "Nothing was saved. Check that the archive is still there.",
            source,
        ) from error


def _first_original(path: Path) -> Path:
    return path.with_name(f"{path.name}.orig")


def _keep_original(path: Path, data: bytes) -> Path:
    """Keep bytes beside a file as `.orig`; an older one is never replaced."""
    kept = _first_original(path)
    number = 2
    while kept.exists():
        if _read_bytes(kept) == data:
            return kept
        kept = path.with_name(f"{path.name}.orig{number}")
        number += 1
    write_atomically(kept, data)
    return kept


def _prepare_folder(folder: Path) -> None:
    """Make a folder, and clear away what a kill left of half-written files long ago."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(_TEMPORARY):
            if time.time() - path.stat().st_mtime > _STALE_S:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise AnnotationError(
            f"{folder} could not be made: {error.strerror or 'the disk refused it'}.",
            "Choose a folder that may be written to and has room. Your edits are kept.",
            folder,
        ) from error

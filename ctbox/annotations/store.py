"""The reader's own boxes in one case: edits, undo, autosave, and what was saved of them.

Free of Qt and torch. The expert's annotations are never touched here: `edit_saving` writes.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ctbox.annotations.annotation import Annotation
from ctbox.annotations.box_edits import Edit, OwnBox, OwnBoxes, Unlock, unlock_expert
from ctbox.annotations.edit_history import EditHistory, SavedFiles, Step
from ctbox.annotations.edit_journal import SUFFIX, EditJournal, read_journal
from ctbox.annotations.edit_records import Record, encode_edit
from ctbox.annotations.edit_replay import (
    VERSION,
    Replay,
    encode_saved,
    replay_records,
    summarise,
)
from ctbox.annotations.file_lock import FileLock
from ctbox.errors import AnnotationError
from ctbox.paths import user_data_folder

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnsavedCase:
    """A case whose last edits were neither saved nor given up.

    Parameters
    ----------
    title : str
        What it is called.
    path : str
        Where it lay when it was edited.
    count : int
        How many edits are not saved.
    """

    title: str
    path: str
    count: int


def edits_folder() -> Path:
    """Return the folder of the autosaved edits; it may not exist yet."""
    return user_data_folder() / "edits"


def find_journal_path(series_keys: Iterable[str], folder: Path | None = None) -> Path:
    """Return where the edits of a case are kept: the same for the same series, wherever they lie.

    Parameters
    ----------
    series_keys : iterable of str
        Keys of the case's series, in any order.
    folder : pathlib.Path, optional
        In place of the user's own.
    """
    joined = "\n".join(sorted(series_keys)).encode()
    name = hashlib.sha256(joined).hexdigest()[:32]
    return (folder or edits_folder()) / f"{name}{SUFFIX}"


class AnnotationStore:
    """Boxes of one case; every edit is on the disk before the call returns.

    A failing disk never loses an edit: it stays in memory, `autosave_problem` says why, and the
    next edit tries again.

    Parameters
    ----------
    journal : EditJournal or None
        Where edits are kept; None keeps them in memory alone.
    title, path : str
        What the case is called, and where it lies.
    """

    def __init__(
        self, journal: EditJournal | None = None, *, title: str = "", path: str = ""
    ) -> None:
        self._journal = journal
        self._case: Record = {"kind": "case", "version": VERSION, "title": title, "path": path}
        self._replay = Replay(self._case)
        self._has_case = False
        self.autosave_problem: AnnotationError | None = None
        self.notices: list[str] = []

    @classmethod
    def open(cls, path: Path, *, title: str, case_path: str) -> AnnotationStore:
        """Return the store of a case with all that its journal holds.

        Parameters
        ----------
        path : pathlib.Path
            The journal, as `find_journal_path` names it.
        title, case_path : str
            What the case is called, and where it lies.

        Raises
        ------
        AnnotationError
            If another window edits the case, or the journal cannot be read.
        """
        journal = EditJournal(path)
        store = cls(journal, title=title, path=case_path)
        if not path.exists():
            return store
        if not journal.acquire():
            raise AnnotationError(
                "This case is being edited in another window of ctbox.",
                "Close it there, and open it here again to edit it.",
            )
        try:
            store._load()
        except AnnotationError:
            journal.close()
            raise
        return store

    def close(self) -> None:
        """Let other windows edit the case; a journal without unsaved edits is made short."""
        if self._journal is None:
            return
        try:
            if self._has_case and not self.unsaved_count and not self._journal.is_behind:
                self._journal.rewrite(summarise(self._replay))
        except AnnotationError as error:
            logger.warning("The autosave file stays long: %s", error)
        self._journal.close()
        self._journal = None

    # --- what is there ----------------------------------------------------------------------

    @property
    def _history(self) -> EditHistory:
        return self._replay.history

    @property
    def boxes(self) -> OwnBoxes:
        """All boxes now."""
        return self._history.boxes

    @property
    def next_id(self) -> int:
        """A number for the next new box."""
        return self._history.next_id

    @property
    def undo_text(self) -> str:
        """What `undo` would take back; empty where there is nothing."""
        step = self._history.undo_step
        return "" if step is None else step.edit.text

    @property
    def redo_text(self) -> str:
        """What `redo` would do again; empty where there is nothing."""
        step = self._history.redo_step
        return "" if step is None else step.edit.text

    @property
    def unsaved_count(self) -> int:
        """Number of edits that lie between the boxes and what is saved."""
        return self._history.unsaved_count

    @property
    def unsaved_steps(self) -> Sequence[Step]:
        """Those edits."""
        return self._history.unsaved_steps

    @property
    def saved(self) -> SavedFiles:
        """What was written so far."""
        return self._history.saved

    @property
    def written(self) -> frozenset[str]:
        """sha256 of every file that ctbox wrote for this case."""
        return frozenset(self._replay.written)

    # --- edits ------------------------------------------------------------------------------

    def apply(self, edit: Edit) -> None:
        """Do an edit.

        Raises
        ------
        AnnotationError
            If it does not fit, or another window edits this case; nothing changes then.
        """
        self._acquire()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._history.do(edit, at)
        self._keep({"kind": "edit", "at": at, "edit": encode_edit(edit)})

    def undo(self) -> Edit | None:
        """Take the last edit back and return it; None where there is none."""
        edit = self._history.undo()
        if edit is not None:
            self._keep({"kind": "undo"})
        return edit

    def redo(self) -> Edit | None:
        """Do again what was undone last and return it; None where there is nothing."""
        edit = self._history.redo()
        if edit is not None:
            self._keep({"kind": "redo"})
        return edit

    def unlock(self, folder: str, reader: str, annotations: Iterable[Annotation]) -> None:
        """Make the expert's boxes of a folder boxes of the reader's, as copies.

        Raises
        ------
        AnnotationError
            If they are unlocked already, or no reader is named.
        """
        if folder in self.boxes.unlocked or not reader.strip():
            raise AnnotationError(
                f"The expert's boxes of {folder} were not unlocked.",
                "Give your name, once for each patient.",
            )
        unlock = Unlock(folder, reader.strip(), datetime.now(UTC).isoformat(timespec="seconds"))
        self.apply(unlock_expert(unlock, annotations, self.next_id))

    def find(self, sop_instance_uid: str) -> tuple[OwnBox, ...]:
        """Return the boxes of a slice, oldest first."""
        return self.boxes.find(sop_instance_uid)

    # --- saving -----------------------------------------------------------------------------

    def begin_save(self) -> OwnBoxes:
        """Return what is to be written now; `end_save` says that it was."""
        self._acquire()
        self._history.begin_save()
        self._keep({"kind": "saving"})
        return self.boxes

    def note_writing(self, hashes: Iterable[str]) -> None:
        """Note the sha256 of files that are about to be written; safe from any thread.

        Where that cannot be noted, saving goes on: at worst, a file of ctbox's own is later kept
        beside its successor as if it were somebody else's.
        """
        hashes = sorted(set(hashes) - self._replay.written)
        if hashes:
            self._replay.written.update(hashes)
            self._keep({"kind": "writing", "hashes": hashes})

    def end_save(self, saved: SavedFiles) -> None:
        """Take what `begin_save` returned as saved."""
        self._history.end_save(saved)
        self._keep({"kind": "saved", "saved": encode_saved(saved)})

    def discard_unsaved(self) -> None:
        """Go back to what was saved last."""
        self._history.discard()
        self._keep({"kind": "discard"})

    # --- the journal ------------------------------------------------------------------------

    def _acquire(self) -> None:
        if self._journal is None or self._has_case:
            return
        try:
            is_ours = self._journal.acquire()
        except AnnotationError as error:
            self.autosave_problem = error
            return
        if is_ours and not self._journal.path.exists():
            return
        if is_ours:
            # Written since this store was opened; appending would harm what it holds.
            self._journal.close()
        elsewhere = "was" if is_ours else "is being"
        raise AnnotationError(
            f"This case {elsewhere} edited in another window of ctbox.",
            "Close it there and open it here again; your edit was not made.",
        )

    def _load(self) -> None:
        if self._journal is None:
            return
        content = self._journal.read()
        self._replay = replay_records(content.records)
        # Where the case lies now counts.
        self._replay.case = self._case
        self._has_case = bool(content.records)
        if self._replay.used < len(content.records):
            self._journal.keep_copy()
            self._journal.rewrite(content.records[: self._replay.used])
        if content.is_torn:
            self.notices.append("The last edit was cut off while it was written; it is left out.")
        if content.is_damaged or self._replay.used < len(content.records):
            left = len(content.records) - self._replay.used
            count = f"{left} edits of it" if left else "what follows the damage"
            self.notices.append(
                f"The autosave file is damaged: {count} could not be read. "
                f"A copy is kept beside {self._journal.path}."
            )
        if not self.unsaved_count:
            self._journal.rewrite(summarise(self._replay))
            self._has_case = self._journal.path.exists()

    def _head(self) -> tuple[Record, ...]:
        if self._has_case:
            return ()
        self._has_case = True
        return (self._case,)

    def _keep(self, record: Record) -> None:
        if self._journal is None:
            return
        try:
            self._journal.append(*self._head(), record)
            self.autosave_problem = None
        except AnnotationError as error:
            self.autosave_problem = error


def find_unsaved_cases(folder: Path | None = None) -> tuple[UnsavedCase, ...]:
    """Return the cases with edits that a kill or a power cut left unsaved.

    Cases that another window edits right now are left out, and journals that cannot be read.
    """
    folder = folder or edits_folder()
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        lock = FileLock(path.with_suffix(".lock"))
        try:
            if not lock.acquire():
                continue
            replay = replay_records(read_journal(path).records)
        except (AnnotationError, OSError) as error:
            logger.warning("%s is passed over: %s", path.name, error)
            continue
        finally:
            lock.release()
        count = replay.history.unsaved_count
        if count:
            case = replay.case
            title, place = str(case.get("title", "")), str(case.get("path", ""))
            found.append(UnsavedCase(title, place, count))
    return tuple(found)

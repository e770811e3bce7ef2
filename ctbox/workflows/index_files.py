"""One pass over a place: new and changed files read, vanished ones taken out, moved ones found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ctbox.dicom.archives import MemberSpan, count_members, list_members
from ctbox.dicom.catalog_rows import HeaderBatch, HeaderRows, read_batch
from ctbox.dicom.catalog_scan import FolderListing, FoundFile, count_files, iterate_folders
from ctbox.dicom.catalog_writer import CatalogWriter, KnownFile
from ctbox.dicom.listing import describe_failure, is_archive_name, is_passed_over
from ctbox.errors import ArchiveError
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.index_reading import FILES_A_TASK, HeaderReaders, ReadingJob

_MESSAGE = "Indexing files"
_NESTED = "A ZIP archive inside another is not searched: unpack the outer one."
_CHECKED = 3


@dataclass
class FileCounts:
    """How the files of a place fared.

    Parameters
    ----------
    files : int
        Met, members of archives included.
    read, unchanged, moved, vanished : int
        Read now; not touched; found at a new place; taken out.
    """

    files: int = 0
    read: int = 0
    unchanged: int = 0
    moved: int = 0
    vanished: int = 0


@dataclass(frozen=True)
class _Note:
    """What a job's rows belong to: files of folders, or members of an archive.

    An archive's last job ends it.
    """

    folders: tuple[tuple[str, tuple[FoundFile, ...]], ...] = ()
    archive_id: int | None = None
    members: tuple[tuple[str, MemberSpan], ...] = ()
    refused: tuple[tuple[str, str], ...] | None = None


@dataclass
class _Pending:
    """Files waiting until there are enough of them for a job, by folder."""

    folders: list[tuple[str, tuple[FoundFile, ...]]] = field(default_factory=list)
    count: int = 0

    def add(self, folder: str, files: tuple[FoundFile, ...]) -> None:
        self.folders.append((folder, files))
        self.count += len(files)

    def take(self) -> ReadingJob[_Note]:
        folders, self.folders, self.count = tuple(self.folders), [], 0
        batches = tuple(HeaderBatch(path, tuple(f.name for f in files)) for path, files in folders)
        return ReadingJob(batches, _Note(folders))


class FileIndexer:
    """Brings the catalogue's files below one place up to date.

    Parameters
    ----------
    writer : CatalogWriter
        Takes what is found.
    root : pathlib.Path
        A folder, a file or a ZIP archive, absolute.
    ctx : TaskContext
        Told of progress and asked to stop.
    """

    def __init__(self, writer: CatalogWriter, root: Path, ctx: TaskContext) -> None:
        self._writer, self._root, self._ctx = writer, root, ctx
        self.counts = FileCounts()
        self._total: int | None = None
        self._declared: dict[tuple[str, str], int] = {}
        self._passed = 0

    def run(self, readers: HeaderReaders) -> Iterator[None]:
        """Do the pass, pausing after every transaction so that the caller may do its own.

        Raises
        ------
        DicomReadError
            If there is nothing at the place, or it may not be read.
        TaskCancelledError
            If cancelled; what was read stays.
        """
        self._total = count_files(self._root, self._ctx, self._weigh)
        readers.start(self._total)
        for job, rows in readers.read(self._list_jobs(), self._ctx):
            self._store(job.note, rows)
            self._report()
            yield
        if self._root.is_dir():
            self.counts.vanished += self._writer.forget_unseen(self._root)
        self._writer.flush_seen()

    def _weigh(self, folder: str, name: str) -> int:
        """Return for how many files an archive counts: one where it need not be read."""
        try:
            status = Path(folder, name).stat()
        except OSError:
            return 1
        known = self._writer.find_file(folder, name)
        found = FoundFile(name, status.st_size, status.st_mtime_ns)
        if known is not None and known.is_same(found):
            return 1
        count = count_members(Path(folder, name))
        self._declared[folder, name] = count
        return count

    def _weigh_less(self, listing: FolderListing, changed: list[FoundFile]) -> None:
        """Count archives as one that moved, and so are not read."""
        read = {file.name for file in changed}
        for file in listing.files:
            if file.is_archive and file.name not in read:
                self._pass_over(self._declared.pop((listing.path, file.name), 1) - 1)

    def _pass_over(self, count: int) -> None:
        """Count members that are not read as done: a total that shrank would tell no time left."""
        self._passed += max(0, count)
        self._total = (self._total or 0) + max(0, -count)

    def _report(self) -> None:
        counts = self.counts
        done = counts.read + counts.unchanged + counts.moved + self._passed
        self._ctx.report(Progress(min(done, self._total or done), self._total, _MESSAGE))

    # --- what is to be read -----------------------------------------------------------------

    def _list_jobs(self) -> Iterator[ReadingJob[_Note]]:
        pending = _Pending()
        for listing in iterate_folders(self._root, self._ctx):
            known = self._writer.enter_folder(listing.path)
            self.counts.files += len(listing.files)
            self._forget_vanished(listing, known)
            moved = 0
            if not known and (moved := self._adopt(listing)):
                known = self._writer.enter_folder(listing.path)
            changed = [f for f in listing.files if not _is_known(f, known)]
            self.counts.unchanged += max(0, len(listing.files) - len(changed) - moved)
            self._weigh_less(listing, changed)
            self._forget_changed(changed, known)
            yield from self._list_folder_jobs(listing.path, changed, known, pending)
        if pending.count:
            yield pending.take()

    def _list_folder_jobs(
        self,
        folder: str,
        changed: list[FoundFile],
        known: dict[str, KnownFile],
        pending: _Pending,
    ) -> Iterator[ReadingJob[_Note]]:
        unreadable = [file for file in changed if file.reason]
        if unreadable:
            self._writer.store_unreadable(folder, unreadable)
            self.counts.read += len(unreadable)
        readable = [file for file in changed if not file.reason]
        archives = [file for file in readable if file.is_archive]
        plain = [file for file in readable if not file.is_archive]
        for start in range(0, len(plain), FILES_A_TASK):
            pending.add(folder, tuple(plain[start : start + FILES_A_TASK]))
            if pending.count >= FILES_A_TASK:
                yield pending.take()
        for file in archives:
            yield from self._list_archive_jobs(folder, file, known.get(file.name))

    def _list_archive_jobs(
        self, folder: str, file: FoundFile, known: KnownFile | None
    ) -> Iterator[ReadingJob[_Note]]:
        path = Path(folder, file.name)
        declared = self._declared.pop((folder, file.name), 1)
        try:
            listing = list_members(path)
        except (OSError, ArchiveError) as error:
            if known is not None:
                self._writer.forget_files([known.file_id])
            reason = describe_failure(error)
            rows = HeaderRows((), (), ((0, reason),))
            self._writer.store_files(folder, [file], rows)
            self.counts.read += 1
            self._pass_over(declared - 1)
            return
        # An archive that a killed run has begun is gone on with.
        file_id = self._writer.begin_archive(folder, file) if known is None else known.file_id
        done = self._writer.list_members(file_id) if known is not None else set()
        nested = [(name, _NESTED) for name, _ in listing.members if is_archive_name(name)]
        members = [
            (name, span)
            for name, span in listing.members
            if not is_archive_name(name)
            and not is_passed_over(name.rpartition("/")[2])
            and name not in done
        ]
        self.counts.files += len(members) - 1
        self._pass_over(declared - len(members))
        refused = tuple(
            (name, why) for name, why in (*listing.refused, *nested) if name not in done
        )
        for start in range(0, max(len(members), 1), FILES_A_TASK):
            part = tuple(members[start : start + FILES_A_TASK])
            is_last = start + FILES_A_TASK >= len(members)
            names, spans = tuple(name for name, _ in part), tuple(span for _, span in part)
            batches = (HeaderBatch(str(path), names, spans),) if part else ()
            note = _Note((), file_id, part, refused if is_last else None)
            yield ReadingJob(batches, note)

    # --- what is known already --------------------------------------------------------------

    def _forget_vanished(self, listing: FolderListing, known: dict[str, KnownFile]) -> None:
        if not listing.is_whole:
            return
        here = {file.name for file in listing.files}
        gone = [each.file_id for name, each in known.items() if name not in here]
        # A folder that cannot be listed now keeps what was read of it.
        if "" not in here:
            self._writer.forget_files(gone)
            # An empty name stood for the folder while it could not be listed: no file went.
            self.counts.vanished += len(gone) - ("" in known)

    def _forget_changed(self, changed: list[FoundFile], known: dict[str, KnownFile]) -> None:
        """Take out what is read again, but for an archive that a killed run has begun."""
        stale = []
        for file in changed:
            old = known.get(file.name)
            if old is None:
                continue
            if old.is_complete or (old.size, old.mtime_ns) != (file.size, file.mtime_ns):
                stale.append(old.file_id)
                del known[file.name]
        self._writer.forget_files(stale)

    def _adopt(self, listing: FolderListing) -> int:
        """Take a folder that only moved from its old place; return how many files it brought."""
        if not listing.is_whole:
            return 0
        for folder_id, names in self._writer.find_moved_folders(listing):
            if self._is_same(folder_id, listing.path, names):
                moved = self._writer.move_folder(folder_id, listing.path)
                self.counts.moved += moved
                return moved
        return 0

    def _is_same(self, folder_id: int, path: str, names: tuple[str, ...]) -> bool:
        """Whether the first, middle and last file hold the instances that were catalogued.

        Archives are not looked into: directory and checksums are compared when one is read.
        """
        chosen = (
            {names[len(names) * place // _CHECKED] for place in range(_CHECKED)} if names else ()
        )
        for name in sorted(chosen):
            read = read_batch(HeaderBatch(path, (name,)))
            uids = {row[3] for row in read.rows}
            if uids != self._writer.list_sop_uids(folder_id, name):
                return False
        return True

    # --- what was read ----------------------------------------------------------------------

    def _store(self, note: _Note, rows: tuple[HeaderRows, ...]) -> None:
        for (folder, files), read in zip(note.folders, rows, strict=True) if note.folders else ():
            self._writer.store_files(folder, files, read)
            self.counts.read += len(files)
        if note.archive_id is None:
            return
        for read in rows:
            self._writer.store_members(note.archive_id, note.members, read)
        self.counts.read += len(note.members)
        if note.refused is not None:
            self._writer.end_archive(note.archive_id, note.refused)


def _is_known(file: FoundFile, known: dict[str, KnownFile]) -> bool:
    return file.name in known and known[file.name].is_same(file)

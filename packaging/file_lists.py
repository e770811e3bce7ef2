"""Files in a stated order with stated stamps: hashes, tar archives, dates of a release."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20


def find_release_time(root: Path) -> int:
    """Return the second that every stamp gets: SOURCE_DATE_EPOCH, else the last commit's."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if told:
        return int(told)
    words = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def compute_sha256(path: Path) -> str:
    """Return a file's hash as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def list_files(folder: Path) -> Iterator[Path]:
    """Yield files and links below a folder, in an order that no file system changes."""
    yield from sorted(
        (path for path in folder.rglob("*") if path.is_symlink() or path.is_file()),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def write_file_list(folder: Path, target: Path) -> None:
    """Write the hash (or the link's goal) and the name of every file below a folder."""
    lines = []
    for path in list_files(folder):
        goal = f"-> {path.readlink()}" if path.is_symlink() else compute_sha256(path)
        lines.append(f"{goal}  {path.relative_to(folder).as_posix()}\n")
    target.write_text("".join(lines), encoding="utf-8")


def remove_dead_links(folder: Path) -> None:
    """Remove links to what the bundle leaves out."""
    for path in list(folder.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def stamp_tree(folder: Path, seconds: int) -> None:
    """Give every file and folder one time and plain permissions."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            # Windows gives no time to a link itself.
            if os.utime in os.supports_follow_symlinks:
                os.utime(path, (seconds, seconds), follow_symlinks=False)
            continue
        is_open = path.is_dir() or os.access(path, os.X_OK)
        path.chmod(0o755 if is_open else 0o644)
        os.utime(path, (seconds, seconds))


def write_tar_gz(folder: Path, target: Path, seconds: int, *, top: str) -> None:
    """Pack a folder so that the same files give the same bytes.

    Parameters
    ----------
    folder : pathlib.Path
        What to pack.
    target : pathlib.Path
        The archive.
    seconds : int
        Time of every file in it.
    top : str
        Name of the folder that it unpacks to.
    """

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = seconds
        return entry

    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in list_files(folder):
            name = f"{top}/{path.relative_to(folder).as_posix()}"
            archive.add(path, name, recursive=False, filter=plain)


def write_sums(files: list[Path], target: Path) -> None:
    """Write what ``sha256sum --check`` reads."""
    lines = [f"{compute_sha256(path)}  {path.name}\n" for path in sorted(files)]
    target.write_text("".join(lines), encoding="utf-8")

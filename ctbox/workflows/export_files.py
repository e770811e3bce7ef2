"""Files of an export: made in a scratch folder, then moved into place, all checked before any.

Into a new folder they come by one rename. Into one that is there they are moved one by one, and
as long as that lasts a file beside them says so: an export that was killed there never looks whole.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ctbox.errors import CtboxError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 80
UNFINISHED_NAME = "EXPORT-NOT-FINISHED.json"
"""Lies in a folder while files are moved into it; lists them, and where those to come lie."""


def make_safe_name(text: str, otherwise: str) -> str:
    """Return a text as the name of one file or folder, on every system; never "..", never empty."""
    name = _UNSAFE.sub("_", text).strip("._")[:_MAX_NAME]
    return name or otherwise


def check_apart(out: Path, inputs: Iterable[Path | None]) -> None:
    """Refuse a target that is, contains or lies inside what is read: originals stay untouched.

    Raises
    ------
    CtboxError
        With what it would touch.
    """
    target = out.resolve()
    for path in inputs:
        if path is None:
            continue
        original = path.resolve()
        if target.is_relative_to(original) or original.is_relative_to(target):
            relation = "lies inside" if target.is_relative_to(original) else "contains"
            relation = "is" if target == original else relation
            raise CtboxError(
                f"{out} {relation} {path}, which is only read and stays untouched.",
                "Choose a folder elsewhere.",
                out,
            )


@contextmanager
def collect_files(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a scratch folder whose files are moved to `out` at the end.

    A new `out` appears as a whole or not at all. Into one that is there every file comes whole; if
    one of them exists already with other content and must not be replaced, none is moved; whatever
    else lies in `out` stays. A kill while they are moved leaves `UNFINISHED_NAME` there, and the
    next run names it.

    Raises
    ------
    CtboxError
        If a file exists and `overwrite` is False, an earlier export was broken off in `out` and
        would not be replaced as a whole, or the disk refuses.
    """
    scratch = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        # The outer folder is its maker's alone; the inner one has the rights of any new folder.
        made = scratch / "made"
        made.mkdir()
        yield made
        _move(made, out, overwrite)
    except OSError as error:
        raise CtboxError(
            f"{out} could not be written: {error.strerror or error}.",
            "Choose a folder that you may write to, and make room on the disk.",
            out,
        ) from error
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _differs(made: Path, there: Path) -> bool:
    """Whether something else than what was made is there already."""
    return there.exists() and not (
        there.is_file()
        and there.stat().st_size == made.stat().st_size
        and there.read_bytes() == made.read_bytes()
    )


def _move(made: Path, out: Path, overwrite: bool) -> None:
    if not out.exists():
        made.rename(out)
        return
    if not out.is_dir():
        raise CtboxError(f"{out} is a file, not a folder.", "Choose a folder.", out)
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    earlier = _check_unfinished(out, files, overwrite)
    existing = [name for name in files if _differs(made / name, out / name)]
    if existing and not overwrite:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise CtboxError(
            f"{out / existing[0]}{more} exist already; nothing was written.",
            "Choose another folder, or allow replacing with --overwrite.",
            out,
        )
    marker = out / UNFINISHED_NAME
    _write_marker(marker, made, files)
    for name in files:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(out / name)
    marker.unlink()
    if earlier is not None:
        shutil.rmtree(earlier, ignore_errors=True)


def _write_marker(marker: Path, made: Path, files: Sequence[Path]) -> None:
    document = {
        "notice": "Not finished: the files below are not all here. Export again.",
        "scratch": made.parent.name,
        "files": [name.as_posix() for name in files],
    }
    # Moved into place, so that it is never half there itself.
    whole = made.parent / UNFINISHED_NAME
    whole.write_text(json.dumps(document, indent=1), encoding="utf-8")
    whole.replace(marker)


def _check_unfinished(out: Path, files: Sequence[Path], overwrite: bool) -> Path | None:
    """Return the scratch folder that an export broken off in `out` left, if there was one.

    Raises
    ------
    CtboxError
        If there was one that may not be replaced, or of which files would stay beside the new.
    """
    marker = out / UNFINISHED_NAME
    if not marker.exists():
        return None
    scratch, listed = _read_marker(marker)
    there = [name for name in listed if (out / name).exists()]
    told = f"An earlier export to {out} was broken off: {len(there)} of {len(listed)} files are in"
    if not overwrite:
        hint = "Choose another folder, or replace it by the whole export with --overwrite."
        raise CtboxError(f"{told} it.", hint, out)
    stale = sorted(set(there) - {name.as_posix() for name in files})
    if stale:
        raise CtboxError(
            f"{told} it, and {stale[0]} of it does not belong to this export.",
            "Choose another folder, or delete this one first.",
            out,
        )
    # Nothing is deleted but what such a run makes itself, right beside the folder.
    mine = scratch.startswith(f".{out.name}.") and Path(scratch).name == scratch
    return out.parent / scratch if mine else None


def _read_marker(marker: Path) -> tuple[str, list[str]]:
    try:
        document = json.loads(marker.read_text(encoding="utf-8"))
        return str(document["scratch"]), [str(name) for name in document["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise CtboxError(
            f"{marker} says that an export was broken off here, and cannot be read.",
            "Choose another folder, or delete this one first.",
            marker,
        ) from error

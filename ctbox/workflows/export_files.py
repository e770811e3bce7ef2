"""Files of an export: made in a scratch folder, then moved into place, all checked before any."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ctbox.errors import CtboxError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 80


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

    Every file appears whole or not at all. If one of them exists already with other content and
    must not be replaced, none is moved; whatever else lies in `out` stays.

    Raises
    ------
    CtboxError
        If a file exists and `overwrite` is False, or the disk refuses.
    """
    scratch = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        yield scratch
        _move(scratch, out, overwrite)
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


def _move(scratch: Path, out: Path, overwrite: bool) -> None:
    files = sorted(path.relative_to(scratch) for path in scratch.rglob("*") if path.is_file())
    if out.exists() and not out.is_dir():
        raise CtboxError(f"{out} is a file, not a folder.", "Choose a folder.", out)
    existing = [name for name in files if _differs(scratch / name, out / name)]
    if existing and not overwrite:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise CtboxError(
            f"{out / existing[0]}{more} exist already; nothing was written.",
            "Choose another folder, or allow replacing with --overwrite.",
            out,
        )
    for name in files:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).replace(out / name)

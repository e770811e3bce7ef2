"""Write an annotation file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from ctbox.errors import AnnotationError


def write_atomically(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write bytes to a new file beside `path`, then move it there in one step.

    Whoever reads `path` sees the old content or the new, never a part. Where something is
    replaced, the new content is forced to the disk first, so that a power cut cannot leave
    an empty file in place of a good one.

    Raises
    ------
    AnnotationError
        If `path` exists and `overwrite` is False, or the file cannot be written.
    """
    if path.exists() and not overwrite:
        raise AnnotationError(
            f"{path} already exists and was left as it is.",
            "Choose another folder, or allow it to be replaced.",
            path,
        )
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            if overwrite:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        reason = error.strerror or "the disk refused it"
        raise AnnotationError(
            f"{path} could not be written: {reason}.",
            "Check that its folder exists, may be written to and has room.",
            path,
        ) from error

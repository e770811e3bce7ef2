"""The user's folders, how much the cache takes, and emptying it; tasks for a thread."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ctbox import paths
from ctbox.annotations.store import edits_folder
from ctbox.gui.translation import tr
from ctbox.progress import TaskContext


@dataclass(frozen=True, slots=True)
class DiskPlace:
    """One folder of the user's.

    Parameters
    ----------
    title : str
        What it is.
    tip : str
        What lies in it.
    folder : pathlib.Path
        Where it is; it may not exist yet.
    """

    title: str
    tip: str
    folder: Path


def find_places() -> tuple[DiskPlace, ...]:
    """Return the folders that a reader may look for; the cache comes last."""
    return (
        DiskPlace(tr("Data"), tr("Catalogue, models, training runs"), paths.user_data_folder()),
        DiskPlace(tr("Autosave"), tr("Every edit of your boxes as it is made"), edits_folder()),
        DiskPlace(tr("Settings"), tr("What you chose here"), paths.user_config_folder()),
        DiskPlace(tr("Cache"), tr("Made again when it is needed"), paths.user_cache_folder()),
    )


def measure_folder(folder: Path, ctx: TaskContext) -> int:
    """Return how many bytes the files below a folder take; links are not followed."""
    total = 0
    for root, _, names in os.walk(folder):
        ctx.check()
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118 (a hot loop)
    return total


def empty_folder(folder: Path, ctx: TaskContext) -> int:
    """Delete what lies in a folder and return how many bytes are still there.

    What the disk does not give up (another program has it open, say) stays.
    """
    with contextlib.suppress(FileNotFoundError):
        for each in folder.iterdir():
            ctx.check()
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    each.unlink()
    return measure_folder(folder, ctx)


def describe_size(size: int) -> str:
    """Return bytes as a person reads them, in powers of ten."""
    if size < 10**6:
        return f"{size / 1e3:.0f} kB" if size else tr("nothing")
    return f"{size / 1e6:.0f} MB" if size < 10**9 else f"{size / 1e9:.1f} GB"

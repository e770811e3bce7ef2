"""Printing, progress bars and exit codes that all commands share."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as ProgressBar

from ctbox.errors import CtboxError
from ctbox.progress import Progress, TaskCancelledError, TaskContext

EXIT_ERROR = 1
EXIT_NOTHING_READ = 2
EXIT_CANCELLED = 130
RESEARCH_NOTICE = "Research use only, not for diagnosis."

_WIDTH_IN_FILES = 160

# File names and DICOM texts may hold brackets, which are no markup.
out = Console(
    markup=False,
    highlight=False,
    soft_wrap=True,
    width=None if sys.stdout.isatty() else _WIDTH_IN_FILES,
)
err = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def print_error(error: CtboxError) -> None:
    """Print what happened, to which file, and what to do."""
    err.print(f"Error: {error.message}", style="red")
    if error.source is not None and error.source not in error.message:
        err.print(f"  in {error.source}")
    if error.hint:
        err.print(f"  {error.hint}")


@contextmanager
def watched_task(
    title: str, describe_update: Callable[[object], object] | None = None
) -> Iterator[TaskContext]:
    """Run a block with a progress bar on stderr; the first Ctrl-C cancels it at its next check.

    Parameters
    ----------
    title : str
        What is being done.
    describe_update : callable, optional
        Turns an update into a `Progress` for the bar or a line (str) to print above it.

    Yields
    ------
    TaskContext
        To hand to a workflow. A second Ctrl-C interrupts at once.
    """
    bar = ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    row = bar.add_task(title, total=None)

    def on_report(update: object) -> None:
        told = describe_update(update) if describe_update is not None else update
        if isinstance(told, Progress):
            bar.update(
                row, completed=told.done, total=told.total, description=told.message or title
            )
        elif isinstance(told, str):
            err.print(told)

    ctx = TaskContext(on_report)

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if ctx.cancelled:
            raise TaskCancelledError("Interrupted.")
        err.print("Stopping… (Ctrl-C again to stop at once)")
        ctx.cancel()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        with bar:
            yield ctx
    finally:
        signal.signal(signal.SIGINT, previous)


def write_json(document: dict[str, Any], target: str) -> None:
    """Write JSON to a file, or to stdout where the target is "-"; a file appears whole or not.

    Raises
    ------
    CtboxError
        If the file cannot be written.
    """
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target)
    _refuse_foreign_file(path)
    write_text_atomic(path, text)


def _refuse_foreign_file(path: Path) -> None:
    """Raise if a file is there that is no JSON: a slip of the hand must not cost an image."""
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip()
    except OSError:
        return  # nothing there, or writing will say what is wrong
    if start and not start.startswith((b"{", b"[")):
        raise CtboxError(
            f"{path} is there already and is no JSON file, so it is not replaced.",
            "Choose another name for the JSON file.",
            path,
        )


def write_text_atomic(path: Path, text: str) -> None:
    """Write a text file through a temporary neighbour, so that it is whole or absent.

    Raises
    ------
    CtboxError
        If the folder is missing or not writable.
    """
    # Opened as any new file, so that it has the rights of one: reports are there to be shared.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise CtboxError(
            f"Cannot write {path}: {error.strerror or error}.",
            "Choose a folder that exists and that you may write to.",
            path,
        ) from error


def exit_with(code: int) -> None:
    """End the command with this exit code."""
    raise typer.Exit(code)


def is_headless() -> bool:
    """Whether a window could not be shown: Linux without a display, and no offscreen platform."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

"""`ctbox view`: the window."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from ctbox.cli.output import exit_with, is_headless
from ctbox.errors import CtboxError


def view(
    path: Annotated[
        list[Path] | None,
        typer.Argument(
            help="DICOM folder, TCIA download, single file or ZIP; several files open their folder."
        ),
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(help="Annotation root or one patient's folder; found beside PATH if absent."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name or folder of a model.")] = None,
    sample: Annotated[bool, typer.Option(help="Open the synthetic sample case.")] = False,
) -> None:
    """Open the window."""
    exit_with(open_window(find_place(path or []), annotations, model, sample=sample))


def find_place(paths: list[Path]) -> Path | None:
    """Return the one place to open: of several files of a folder, as marked slices are, the folder.

    Raises
    ------
    CtboxError
        If they lie in several folders.
    """
    if len(paths) < 2:
        return paths[0] if paths else None
    folders = {path.absolute().parent for path in paths}
    if len(folders) > 1:
        raise CtboxError(
            f"{len(paths)} things cannot be opened at a time.", "Open the folder that holds them."
        )
    return folders.pop()


def open_window(
    path: Path | None = None,
    annotations: Path | None = None,
    model: str | None = None,
    *,
    sample: bool = False,
) -> int:
    """Show the window until it is closed; return the exit code.

    Raises
    ------
    CtboxError
        If there is no display to show it on, or PATH does not exist.
    """
    if is_headless():
        raise CtboxError(
            "No display was found to open the window on.",
            "Run it on a desktop, or under a virtual display: xvfb-run ctbox view.",
        )
    for given in (path, annotations):
        if given is not None and not given.exists():
            raise CtboxError(f"{given} does not exist.", "Check the path.", given)
    # Nothing of what is loaded now is garbage: looking for some would delay the window. `run`
    # turns the collector on again.
    gc.disable()
    from ctbox.gui.app import run

    return run(path, annotations, model, sample=sample)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(view)

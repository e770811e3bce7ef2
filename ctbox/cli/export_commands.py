"""`ctbox export` and `ctbox import-boxes`: boxes and images for other tools, and back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ctbox.cli.output import RESEARCH_NOTICE, err, out, watched_task
from ctbox.workflows.open_case import FileProblem

_SHOWN_PROBLEMS = 5


class Target(StrEnum):
    """Formats that can be written."""

    VOC = "voc"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"
    SR = "sr"
    SEG = "seg"


class BoxTarget(StrEnum):
    """Formats that can be written from boxes alone."""

    VOC = "voc"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"


class BoxFormat(StrEnum):
    """Formats that can be read."""

    VOC = "voc"
    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"
    SR = "sr"


class Source(StrEnum):
    """Whose boxes."""

    EXPERT = "expert"
    AI = "ai"
    MINE = "mine"


def export(
    path: Annotated[Path, typer.Argument(help="DICOM folder, TCIA download, single file or ZIP.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder to write into.")],
    to: Annotated[Target | None, typer.Option(help="Format of the boxes.")] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(help="Annotation root or one patient's folder; found beside PATH if absent."),
    ] = None,
    source: Annotated[
        Source | None, typer.Option(help="Whose boxes; default: ai with --detections, else expert.")
    ] = None,
    detections: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `ctbox predict --json` has written.")
    ] = None,
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Write de-identified images, and boxes on these.")
    ] = False,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Same key, same pseudonyms; made if it does not exist."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that exist already.")
    ] = False,
    images: Annotated[
        str | None,
        typer.Option(
            metavar="WINDOW",
            help="COCO, YOLO: slices with boxes as PNG; lung, mediastinum or CENTER,WIDTH in HU.",
        ),
    ] = None,
) -> None:
    """Write boxes in another tool's format, or de-identified images, or both."""
    from ctbox.annotations.exchange.records import Origin
    from ctbox.workflows import export as work
    from ctbox.workflows.export_images import parse_window
    from ctbox.workflows.export_request import ExportFormat, ExportRequest

    whose = source or (Source.EXPERT if detections is None else Source.AI)
    request = ExportRequest(
        path=path,
        out=out_folder,
        to=None if to is None else ExportFormat(to.value),
        origin=Origin(whose.value),
        annotations=annotations,
        detections=detections,
        deidentify=deidentify,
        key_file=key_file,
        overwrite=overwrite,
        pictures=None if images is None else parse_window(images),
    )
    with watched_task("Exporting") as ctx:
        done = work.export(request, ctx)
    if to is not None:
        noun = "outlines" if to is Target.SEG else "boxes"
        out.print(
            f"{done.boxes} {noun} in {to.value.upper()} format in {out_folder} "
            f"(lesions: {done.lesions}, series: {done.series})",
        )
    if done.orphans:
        what = "predicted slices" if whose is Source.AI else "annotation files"
        err.print(f"{done.orphans} {what} have no image here; their boxes are left out.")
    if deidentify:
        out.print(f"{done.images} de-identified images in {out_folder / 'DICOM'}")
    _print_problems("Look at these before you share the files", done.warnings)
    _print_problems("Left out", done.left_out)
    out.print(RESEARCH_NOTICE)


def import_boxes(
    path: Annotated[Path, typer.Argument(help="COCO, CSV, XML or SR file; YOLO or VOC folder.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder to write into.")],
    to: Annotated[BoxTarget, typer.Option(help="Format to write.")] = BoxTarget.VOC,
    source_format: Annotated[
        BoxFormat | None, typer.Option("--from", help="Format to read, where it cannot be told.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="DICOM images, for the size and patient of the slices.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that exist already.")
    ] = False,
) -> None:
    """Read boxes from another tool's files and write them as VOC, COCO, YOLO or CSV."""
    from ctbox.workflows import import_boxes as work
    from ctbox.workflows.export_request import ExportFormat

    request = work.ImportRequest(
        path=path,
        out=out_folder,
        to=ExportFormat(to.value),
        source_format=None if source_format is None else work.ImportFormat(source_format.value),
        images=images,
        overwrite=overwrite,
    )
    with watched_task("Importing") as ctx:
        done = work.import_boxes(request, ctx)
    out.print(
        f"{done.boxes} boxes on {done.slices} slices, from {done.source_format.value.upper()} "
        f"to {to.value.upper()} in {out_folder}",
    )
    _print_problems("Left out", done.left_out)
    out.print(RESEARCH_NOTICE)


def _print_problems(title: str, problems: Sequence[FileProblem]) -> None:
    if not problems:
        return
    err.print(f"{title}: {len(problems)}")
    for each in problems[:_SHOWN_PROBLEMS]:
        err.print(f"  {each.path}: {each.reason}")
    if len(problems) > _SHOWN_PROBLEMS:
        err.print(f"  … and {len(problems) - _SHOWN_PROBLEMS} more")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(export)
    app.command("import-boxes")(import_boxes)

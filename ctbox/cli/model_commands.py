"""`ctbox predict`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ctbox.cli.output import (
    EXIT_NOTHING_READ,
    RESEARCH_NOTICE,
    err,
    exit_with,
    print_error,
    watched_task,
    write_json,
)
from ctbox.errors import CtboxError

if TYPE_CHECKING:  # numpy and more come with it; --help should not wait for that
    from ctbox.workflows.detect import DetectResult


class Device(StrEnum):
    """Where to compute."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def predict(
    path: Annotated[Path, typer.Argument(help="DICOM folder, TCIA download, single file or ZIP.")],
    json_target: Annotated[
        str, typer.Option("--json", metavar="FILE|-", help="Where to write the boxes.")
    ],
    model: Annotated[str | None, typer.Option(help="Name or folder; default: shipped.")] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Least score; default: the card's.")
    ] = None,
) -> None:
    """Predict tumour boxes on every CT slice of PATH."""
    from ctbox.workflows.detect import DetectRequest, detect
    from ctbox.workflows.documents import describe_detections
    from ctbox.workflows.open_case import open_series

    try:
        with watched_task("Reading") as ctx:
            scan = open_series(path, ctx)
    except CtboxError as error:
        print_error(error)
        exit_with(EXIT_NOTHING_READ)
        return
    if not scan.series:
        err.print(f"No DICOM series could be read in {path}.")
        for each in scan.skipped[:5]:
            err.print(f"  {each.path}: {each.reason}")
        exit_with(EXIT_NOTHING_READ)
    request = DetectRequest(scan.series, model=model, device=device.value, threshold=threshold)
    with watched_task("Predicting") as ctx:
        result = detect(request, ctx)
    write_json(describe_detections(result, scan.skipped), json_target)
    _print_summary(result)


def _print_summary(result: DetectResult) -> None:
    """Tell on stderr what was found, so that stdout stays JSON."""
    predicted = [each for each in result.series if each.not_predicted_reason is None]
    boxes = sum(len(one.detections) for each in predicted for one in each.slices)
    lesions = sum(len(each.lesions) for each in predicted)
    err.print(
        f"{result.model.name} on {result.model.device_label}: {len(predicted)} series, "
        f"{lesions} lesions, {boxes} boxes. {RESEARCH_NOTICE}"
    )
    for each in result.series:
        name = each.series.description or each.series.series_instance_uid
        if each.no_chest is not None:
            err.print(f"{name}: {each.no_chest}")
        if each.not_predicted_reason is not None:
            err.print(f"Not predicted: {name}. {each.not_predicted_reason}")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(predict)

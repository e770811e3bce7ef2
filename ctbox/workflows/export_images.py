"""Slices with boxes as 8-bit PNG pictures, for tools that know no DICOM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ctbox.annotations.exchange.records import ExchangeSet
from ctbox.dicom.pixels import apply_window, read_hu, read_rgb
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW, Slice, VoiWindow
from ctbox.errors import CtboxError, DicomReadError
from ctbox.imaging.png import encode_png
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.export_lesions import MarkedSeries
from ctbox.workflows.open_case import FileProblem

IMAGE_FOLDER = "images"
_NAMED = {"lung": LUNG_WINDOW, "mediastinum": MEDIASTINUM_WINDOW}


def parse_window(text: str) -> VoiWindow:
    """Return the window of "lung", "mediastinum" or "CENTER,WIDTH" in HU.

    Raises
    ------
    CtboxError
        If the text is none of these.
    """
    named = _NAMED.get(text.strip().lower())
    if named is not None:
        return named
    try:
        center, width = (float(part) for part in text.split(","))
    except ValueError:
        center, width = 0.0, 0.0
    if not (1 <= width <= 1e5 and abs(center) <= 1e5):
        raise CtboxError(
            f"{text!r} is no window.",
            "Write lung, mediastinum or CENTER,WIDTH in HU, as -600,1500.",
        )
    return VoiWindow(center, width)


def write_pictures(
    marked: Iterable[MarkedSeries], window: VoiWindow, folder: Path, ctx: TaskContext
) -> tuple[frozenset[str], list[FileProblem]]:
    """Write a picture of every slice with a box to `images/<SOPInstanceUID>.png`.

    Grey through the window, MONOCHROME1 inverted, no interpolation: a box counts the same pixels
    in the picture as in the slice. Colour slices are written as they are.

    Returns
    -------
    frozenset of str
        UIDs of the slices that have a picture now.
    list of FileProblem
        Those that cannot be read, and why.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    slices = [slice_ for each in marked for slice_ in _list_marked(each)]
    written: set[str] = set()
    problems: list[FileProblem] = []
    (folder / IMAGE_FOLDER).mkdir(exist_ok=True)
    for done, slice_ in enumerate(slices):
        ctx.check()
        ctx.report(Progress(done, len(slices), "Writing pictures"))
        try:
            data = _draw(slice_, window)
        except DicomReadError as error:
            problems.append(FileProblem(slice_.sop_instance_uid, error.message))
            continue
        (folder / IMAGE_FOLDER / f"{slice_.sop_instance_uid}.png").write_bytes(data)
        written.add(slice_.sop_instance_uid)
    return frozenset(written), problems


def _list_marked(marked: MarkedSeries) -> list[Slice]:
    uids = {box.sop_instance_uid for lesion in marked.lesions for box in lesion.boxes}
    return [slice_ for slice_ in marked.series.slices if slice_.sop_instance_uid in uids]


def _draw(slice_: Slice, window: VoiWindow) -> bytes:
    if slice_.is_color:
        return encode_png(read_rgb(slice_))
    hu = read_hu(slice_)
    return encode_png(apply_window(hu, window.center, window.width, inverted=slice_.is_inverted))


def name_pictures(exchange: ExchangeSet, written: frozenset[str]) -> ExchangeSet:
    """Return boxes whose images are called by their pictures, where they have one."""
    images = tuple(
        replace(image, file_name=f"{IMAGE_FOLDER}/{image.sop_instance_uid}.png")
        if image.sop_instance_uid in written
        else image
        for image in exchange.images
    )
    return replace(exchange, images=images)

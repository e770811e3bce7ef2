"""A review's decision, told to the catalogue: its browser shows what is reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.progress import TaskContext
from ctbox.workflows.review_queue import Decision

_STATES = {Decision.ACCEPTED: "done", Decision.FIXED: "done", Decision.REJECTED: "doubtful"}


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """What to tell the catalogue of a series.

    Parameters
    ----------
    catalog : pathlib.Path
        The catalogue's file; where there is none, nothing is told.
    key : str
        `Series.key`.
    decision : Decision or None
        What was decided; None takes it back.
    reader, note : str
        Who, and any remark.
    """

    catalog: Path
    key: str
    decision: Decision | None
    reader: str = ""
    note: str = ""


def mark_reviewed(request: MarkRequest, _ctx: TaskContext) -> bool:
    """Tell the catalogue; whether it has the series.

    Raises
    ------
    CatalogError
        If the catalogue cannot be written.
    """
    if not request.catalog.is_file():
        return False
    state = "open" if request.decision is None else _STATES[request.decision]
    with Catalog(request.catalog) as catalog:
        if catalog.find_patient(request.key) is None:
            return False
        catalog.set_reviewed(request.key, state, reader=request.reader, note=request.note)
    return True

"""Opens cases in the background and hands them to whoever shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ctbox.errors import CtboxError
from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import Case

if TYPE_CHECKING:  # the index's libraries would delay the window's appearance
    from ctbox.workflows.index_opening import CataloguedRequest


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What to open.

    Parameters
    ----------
    path : pathlib.Path or None
        Folder, file or ZIP; None for the synthetic sample.
    annotations : pathlib.Path or None
        Annotation root or one patient's folder; None looks beside the images.
    catalogued : CataloguedRequest or None
        A series of the catalogue, instead of a path.
    """

    path: Path | None
    annotations: Path | None = None
    catalogued: CataloguedRequest | None = None

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        if self.catalogued is not None:
            return tr("a series of the catalogue")
        return tr("the sample case") if self.path is None else self.path.name or str(self.path)


def read_case(request: OpenRequest, ctx: TaskContext) -> Case:
    """Read a case, reporting its first slice on the way; the sample is made on its first use.

    Raises
    ------
    ctbox.errors.CtboxError
        If nothing can be read there.
    """
    # Imported here, in the task's thread: their libraries would delay the window's appearance.
    from ctbox.workflows.open_case import open_case

    if request.catalogued is not None:
        from ctbox.workflows.index_opening import open_catalogued

        return open_catalogued(replace(request.catalogued, annotations=request.annotations), ctx)
    path = request.path
    if path is None:
        from ctbox.workflows.sample_case import prepare_sample_case

        path = prepare_sample_case(ctx)
    from ctbox.workflows.first_slice import read_first_slice

    first = read_first_slice(path)
    if first is not None:
        ctx.report(first)
    case = open_case(path, request.annotations, ctx)
    if not case.series:
        raise _describe_nothing(path, case)
    return case


def _describe_nothing(path: Path, case: Case) -> CtboxError:
    """Return why a place that was searched gave no series: its first bad file speaks for all."""
    hint = tr("Choose a folder, file or ZIP with DICOM CT images.")
    if not case.skipped:
        return CtboxError(
            tr("{path} holds no DICOM images.").format(path=path.name or path), hint, path
        )
    first, count = case.skipped[0], len(case.skipped)
    reason = f"{PurePath(first.path).name}: {say(first.reason)}"
    rest = tr(" So were {count} more files.").format(count=count - 1) if count > 1 else ""
    message = tr("Nothing could be opened in {path}. Skipped {reason}{rest}").format(
        path=path.name or path, reason=reason, rest=rest
    )
    return CtboxError(message, hint, path)


class CaseController(QObject):
    """Opens one case at a time; a new request cancels the one under way.

    Parameters
    ----------
    runner : TaskRunner
        Runs the reading in a thread.
    """

    opening_started = Signal(object)
    progressed = Signal(object)
    first_slice_read = Signal(object)
    case_opened = Signal(object, object)
    failed = Signal(object)
    opening_ended = Signal()

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._handle: TaskHandle | None = None
        self._request: OpenRequest | None = None
        self._opened: OpenRequest | None = None

    @property
    def runner(self) -> TaskRunner:
        """Runs work on cases in threads."""
        return self._runner

    @property
    def is_opening(self) -> bool:
        """Whether a case is being opened."""
        return self._handle is not None

    @property
    def opened(self) -> OpenRequest | None:
        """What the open case was asked for with."""
        return self._opened

    def open(self, request: OpenRequest, title: str = "") -> None:
        """Open a case; `case_opened` or `failed` follows.

        Parameters
        ----------
        request : OpenRequest
            What to open.
        title : str
            What the status bar calls it; empty for nothing.
        """
        self.cancel()
        self._request = request
        handle = self._runner.start(read_case, request, title=title)
        self._handle = handle
        handle.progressed.connect(self._on_progressed)
        handle.updated.connect(self._on_updated)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.ended.connect(self._on_ended)
        self.opening_started.emit(request)

    def open_annotations(self, path: Path) -> None:
        """Read the open case again with the expert's boxes from this place."""
        if self._opened is not None:
            self.open(replace(self._opened, annotations=path), tr("Reading annotations"))

    def cancel(self) -> None:
        """Stop opening; the case on the screen stays."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            handle.cancel()
            self.opening_ended.emit()

    def _is_current(self) -> bool:
        return self._handle is not None and self.sender() is self._handle

    def _on_progressed(self, progress: object) -> None:
        if self._is_current():
            self.progressed.emit(progress)

    def _on_updated(self, first: object) -> None:
        if self._is_current():
            self.first_slice_read.emit(first)

    def _on_finished(self, case: Case) -> None:
        if self._is_current() and self._request is not None:
            self._opened = self._request
            self.case_opened.emit(case, self._request)

    def _on_failed(self, error: object) -> None:
        if self._is_current():
            self.failed.emit(error)

    def _on_ended(self) -> None:
        if self._is_current():
            self._handle = None
            self.opening_ended.emit()

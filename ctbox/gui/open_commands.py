"""The dialogs that ask what to open; they begin where the user was last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.main_window import MainWindow
from ctbox.gui.translation import mark, tr
from ctbox.paths import user_data_folder
from ctbox.workflows.open_case import Case

_KINDS = mark("DICOM and ZIP (*.dcm *.dicom *.ima *.zip);;All files (*)")

_SCATTERED = 2


class OpenCommands(QObject):
    """Asks for folders and files, and remembers where they were.

    Parameters
    ----------
    window : MainWindow
        The window.
    last_folder : str
        Where the user chose something in an earlier run; empty for nowhere yet.
    recent_paths : sequence of str
        Last opened places, newest first.
    """

    open_requested = Signal(object)
    annotations_chosen = Signal(object)

    def __init__(self, window: MainWindow, last_folder: str, recent_paths: Sequence[str]) -> None:
        super().__init__(window)
        self._window = window
        self._last_folder = last_folder
        self._recent_paths = tuple(recent_paths)
        for name, ask in (
            ("open_folder", self._ask_for_folder),
            ("open_file", self._ask_for_file),
            ("open_annotations", self._ask_for_annotations),
        ):
            window.commands[name].triggered.connect(lambda _=False, ask=ask: ask())

    @property
    def last_folder(self) -> str:
        """Where the user chose something last; empty for nowhere yet."""
        return self._last_folder

    def remember(self, path: Path) -> None:
        """Take note of what the user chose, by dialog or by dropping it on the window."""
        if not _is_ours(path):
            self._last_folder = str(path.absolute().parent)

    def find_start(self) -> str:
        """Return where dialogs begin: never inside the folders that ctbox keeps for itself."""
        recent = [Path(each).parent for each in self._recent_paths if not _is_ours(Path(each))]
        candidates = [Path(self._last_folder)] if self._last_folder else []
        for folder in [*candidates, *recent]:
            if folder.is_dir():
                return str(folder)
        return str(Path.home())

    def _ask_for_folder(self) -> None:
        self._open(QFileDialog.getExistingDirectory(
            self._window, tr("Open a DICOM folder"), self.find_start()
        ))  # fmt: skip

    def _ask_for_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open a DICOM file or ZIP"), self.find_start(), tr(_KINDS)
        )
        self._open(chosen)

    def _open(self, chosen: str) -> None:
        if chosen:
            self.remember(Path(chosen))
            self.open_requested.emit(OpenRequest(Path(chosen)))

    def _ask_for_annotations(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self._window, tr("Open a folder of annotations"), self.find_start()
        )
        if chosen:
            self.remember(Path(chosen))
            self.annotations_chosen.emit(Path(chosen))


def find_recent_place(case: Case, request: OpenRequest) -> Path | None:
    """Return where a case can be opened again; None for one that has no place of its own.

    A case of the catalogue is opened again from its archive, or from the deepest folder that holds
    all of it; one whose series lie in several archives from that of the series asked for.
    """
    if request.path is not None:
        return request.path.absolute()
    if request.catalogued is None:
        return None
    key = request.catalogued.series_key
    asked = next((each for each in case.series if each.series.key == key), case.series[0])
    source = asked.series.slices[0].source
    place = source.path if source.member is not None else Path(case.path)
    # Scattered over the disk: to open its root would be to search it all.
    return place.absolute() if len(place.absolute().parts) > _SCATTERED else None


def _is_ours(path: Path) -> bool:
    """Return whether a place belongs to ctbox itself, like the sample case's."""
    return path.absolute().is_relative_to(user_data_folder().absolute())

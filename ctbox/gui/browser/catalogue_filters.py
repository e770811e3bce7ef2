"""The catalogue's search box and filters."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from ctbox.annotations.annotation import SUBTYPES, UNKNOWN_SUBTYPE
from ctbox.dicom.catalog_query import CatalogFilter
from ctbox.gui.browser.catalogue_state import CatalogueState
from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.subtype_names import describe_subtype
from ctbox.gui.translation import mark, tr

_TYPING_MS = 180

Choice = tuple[str, bool | None]
ANNOTATED: tuple[Choice, ...] = (
    (mark("Annotated?"), None),
    (mark("Annotated"), True),
    (mark("Not annotated"), False),
)
PROBLEMS: tuple[Choice, ...] = (
    (mark("Problems?"), None),
    (mark("With problems"), True),
    (mark("No problems"), False),
)
REVIEWED: tuple[Choice, ...] = (
    (mark("Reviewed?"), None),
    (mark("Reviewed"), True),
    (mark("Not reviewed"), False),
)


class CatalogueFilters(QWidget):
    """Search words, subtype, annotated, problems, reviewed.

    Parameters
    ----------
    state : CatalogueState
        Takes what is chosen, and tells what another view has chosen.
    compact : bool
        Two filters a row, for a narrow panel.
    """

    def __init__(
        self, state: CatalogueState, *, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the catalogue…"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search the catalogue"))
        self.search.setToolTip(tr("Patient, description, vendor, model, kernel, subtype or UID"))
        self.subtype = ChoiceBox(tr("Subtype"))
        self.subtype.addItem(tr("Any subtype"), ())
        for letter in SUBTYPES:
            self.subtype.addItem(describe_subtype(letter), (letter,))
        self.subtype.addItem(tr("Unknown subtype"), (UNKNOWN_SUBTYPE,))
        self.annotated = _build_choice(tr("Annotated"), ANNOTATED)
        self.problems = _build_choice(tr("Problems"), PROBLEMS)
        self.reviewed = _build_choice(tr("Reviewed"), REVIEWED)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._apply)
        self._lay_out(compact)
        self.search.textChanged.connect(lambda _: self._typing.start())
        for box in self._boxes:
            box.activated.connect(lambda _: self._apply())
        state.changed.connect(self.show_state)
        self.show_state()

    @property
    def _boxes(self) -> tuple[ChoiceBox, ...]:
        return self.subtype, self.annotated, self.problems, self.reviewed

    def _lay_out(self, compact: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        if compact:
            grid.addWidget(self.search, 0, 0, 1, 2)
            for place, box in enumerate(self._boxes):
                box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                grid.addWidget(box, 1 + place // 2, place % 2)
            return
        self.search.setMinimumWidth(260)
        grid.addWidget(self.search, 0, 0)
        for place, box in enumerate(self._boxes, 1):
            grid.addWidget(box, 0, place)
        grid.setColumnStretch(0, 1)

    def clear(self) -> None:
        """Want everything."""
        self._typing.stop()
        self.search.clear()
        self._typing.stop()
        self._state.set_filter(CatalogFilter())

    def show_state(self) -> None:
        """Show what is chosen now; what is being typed stays."""
        wanted = self._state.filter
        if not self._typing.isActive() and self.search.text() != wanted.text:
            self.search.setText(wanted.text)
            self._typing.stop()
        self.subtype.setCurrentIndex(max(0, _find(self.subtype, wanted.subtypes)))
        for box, flag in (
            (self.annotated, wanted.annotated),
            (self.problems, wanted.has_problems),
            (self.reviewed, wanted.reviewed),
        ):
            box.setCurrentIndex(_find(box, flag))

    def _apply(self) -> None:
        wanted = replace(
            self._state.filter,
            text=self.search.text(),
            subtypes=tuple(self.subtype.currentData()),
            annotated=self.annotated.currentData(),
            has_problems=self.problems.currentData(),
            reviewed=self.reviewed.currentData(),
        )
        self._state.set_filter(wanted)


def _build_choice(name: str, choices: tuple[Choice, ...]) -> ChoiceBox:
    box = ChoiceBox(name)
    for text, flag in choices:
        box.addItem(tr(text), flag)
    return box


def _find(box: ChoiceBox, wanted: object) -> int:
    """Return the place of a value; Qt's own search knows neither tuples nor None."""
    return next((i for i in range(box.count()) if _equal(box.itemData(i), wanted)), 0)


def _equal(stored: object, wanted: object) -> bool:
    if isinstance(wanted, tuple):
        return tuple(stored) == wanted if isinstance(stored, list | tuple) else False
    return stored is wanted

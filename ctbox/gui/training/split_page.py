"""Step 3: who teaches, who ends the training, who judges."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.training.page import Page, chain_focus, make_label, make_notice, show_notice
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.model.linking import shorten_patient_id
from ctbox.workflows.fine_tune_split import PatientRow, Side

_WORDS = {
    Side.TRAINING: mark("Teaches"),
    Side.STOPPING: mark("Ends the training"),
    Side.TEST: mark("Judges"),
}
_COUNTED = {
    Side.TRAINING: mark("teaches"),
    Side.STOPPING: mark("ends the training"),
    Side.TEST: mark("judges"),
}
_TITLES = (
    mark("Patient"),
    mark("Subtype"),
    mark("Boxed slices"),
    mark("Linked with"),
    mark("Seen by the model"),
    mark("Role"),
)


class SplitPage(Page):
    """A table of patients, each on one side; linked ones move together."""

    title = mark("Split")
    subtitle = mark(
        "Whole patients are kept apart: slices of one patient never stand on two sides."
    )

    def __init__(self, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.table = QTableWidget(0, len(_TITLES))
        self.table.setHorizontalHeaderLabels(list(map(tr, _TITLES)))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)  # else Tab never leaves it
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.sides: dict[str, ChoiceBox] = {}
        self.summary = make_label(title=True)
        self.old = make_label(muted=True)
        self.notice, self._notice_text = make_notice()
        self.column.addWidget(self.summary)
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.notice)
        self.column.addWidget(self.old)
        self.column.addWidget(
            make_label(
                tr(
                    "Who teaches is learnt from. Who ends the training is looked at after every "
                    "round, so that it stops before it learns by heart. Who judges is shown only "
                    "at the end: old and new model on the same patients, whom neither was "
                    "trained on."
                ),
                muted=True,
            )
        )

    @property
    def problem(self) -> str:
        """Why this split can't be trained on."""
        division = self.state.division
        if division is None:
            return self.state.division_problem or tr("There is nobody to split.")
        return division.problem or ""

    def enter(self) -> None:
        """List the patients anew."""
        division = self.state.division
        rows = () if division is None else division.rows
        self.sides.clear()
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            self._fill(number, row)
        chain_focus(self.table, *self.sides.values())
        self._render()

    def _fill(self, number: int, row: PatientRow) -> None:
        division = self.state.division
        linked = () if division is None else division.find_linked(row.patient_id)
        texts = (
            shorten_patient_id(row.patient_id),
            row.subtype or "—",
            str(row.slices),
            ", ".join(map(shorten_patient_id, linked)) or "—",
            tr("yes") if row.seen_by_base else tr("no"),
        )
        for column, text in enumerate(texts):
            self.table.setItem(number, column, QTableWidgetItem(text))
        box = ChoiceBox(tr("Role of {texts}").format(texts=texts[0]))
        for side, words in _WORDS.items():
            box.addItem(tr(words), side)
        box.setCurrentIndex(box.findData(row.side))
        box.activated.connect(
            lambda _=0, name=row.patient_id, box=box: self._on_moved(name, box.currentData())
        )
        self.sides[row.patient_id] = box
        self.table.setCellWidget(number, len(texts), box)
        self.table.setRowHeight(number, 38)

    def _on_moved(self, patient_id: str, side: str) -> None:
        self.state.move(patient_id, Side(side))
        division = self.state.division
        for row in () if division is None else division.rows:
            box = self.sides[row.patient_id]
            box.setCurrentIndex(box.findData(row.side))
        self._render()

    def _render(self) -> None:
        division = self.state.division
        if division is None:
            show_notice(self.notice, self._notice_text, self.problem)
            self.summary.setText("")
            return
        groups = division.groups
        counts = [f"{len(division.select(side))} {tr(_COUNTED[side])}" for side in Side]
        self.summary.setText(
            tr(
                "Of %n independent patient(s): {counts}; {training_boxes} boxes to learn from.",
                "",
                groups,
            ).format(
                counts=", ".join(counts),
                training_boxes=self.state.training_boxes,
            )
        )
        self._render_old()
        told = [division.problem] if division.problem else list(division.warnings)
        show_notice(self.notice, self._notice_text, "\n".join(told))
        self.changed.emit()

    def _render_old(self) -> None:
        """Say what patients of other subtypes are there for."""
        check = self.state.check
        count = 0 if check is None else len(check.old_patients)
        self.old.setText(
            tr(
                "%n patient(s) of other subtypes: some are shown again, others tell what was "
                "forgotten.",
                "",
                count,
            )
        )
        self.old.setVisible(count > 0)

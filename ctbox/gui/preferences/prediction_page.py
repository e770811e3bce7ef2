"""Prediction: where to compute, with which model, and from which confidence boxes are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.preferences.page import SettingsPage, choose_value, make_choice, make_hint
from ctbox.gui.translation import mark, tr
from ctbox.workflows.model_store import StoredModel

_FIELD_WIDTH = 260
_DEFAULT_CONFIDENCE = 0.3
_MEANINGS = {
    "auto": mark(
        "The GPU if a trial computation on it succeeds, else the CPU; the chip in the upper "
        "right corner says which."
    ),
    "cpu": mark("Always the CPU, also where there is a GPU."),
    "cuda": mark(
        "The GPU alone. If it can't be used, predicting stops and says why, instead of "
        "going on slowly on the CPU."
    ),
}


class PredictionPage(SettingsPage):
    """What predicts, and where."""

    def __init__(self, models: Sequence[StoredModel], default: str) -> None:
        super().__init__()
        self._default = default
        self.device = make_choice(
            tr("Compute on"), ((tr("Automatic"), "auto"), ("CPU", "cpu"), ("GPU (CUDA)", "cuda"))
        )
        self.meaning = make_hint()
        self.model = make_choice(tr("Model"), ())
        self.own = QCheckBox(tr("The &model's own"))
        self.confidence = QDoubleSpinBox()
        indent_figure(self.confidence)
        self.confidence.setRange(0.0, 1.0)
        self.confidence.setSingleStep(0.05)
        self.confidence.setKeyboardTracking(False)
        self.confidence.setAccessibleName(tr("Confidence"))
        self._list_models(models)
        self._lay_out()
        self.device.currentIndexChanged.connect(
            lambda _: self.wanted.emit(replace(self.settings, device=self.device.currentData()))
        )
        self.model.currentIndexChanged.connect(
            lambda _: self.wanted.emit(
                replace(self.settings, default_model=self.model.currentData())
            )
        )
        self.own.toggled.connect(self._on_own_toggled)
        self.confidence.valueChanged.connect(
            lambda score: self.wanted.emit(replace(self.settings, confidence=score))
        )

    def _list_models(self, models: Sequence[StoredModel]) -> None:
        for each in models:
            words = each.name
            if each.name == self._default:
                words += tr("  (shipped default)")
            if each.problem is not None:
                words += tr("  (damaged)")
            self.model.addItem(words, None if each.name == self._default else each.name)
            items = self.model.model()
            if each.problem is not None and isinstance(items, QStandardItemModel):
                item = items.item(self.model.count() - 1)
                item.setEnabled(False)
                item.setToolTip(each.problem)

    def _lay_out(self) -> None:
        for widget in (self.device, self.model):
            widget.setFixedWidth(_FIELD_WIDTH)
        score = QHBoxLayout()
        score.setSpacing(14)
        score.addWidget(self.own)
        score.addWidget(self.confidence)
        score.addStretch(1)
        self.form.addRow(tr("C&ompute on"), self.device)
        self.form.addRow("", self.meaning)
        self.form.addRow(tr("Mo&del"), self.model)
        self.form.addRow("", make_hint(tr("Cards, comparison, import and export: AI ▸ Models…")))
        self.form.addRow(tr("Confidence"), score)
        hint = tr("Boxes with a lower score are hidden everywhere; nothing is predicted anew.")
        self.form.addRow("", make_hint(hint))
        self.form.setFieldGrowthPolicy(self.form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self.form)
        layout.addStretch(1)

    def _on_own_toggled(self, own: bool) -> None:
        score = None if own else self.confidence.value()
        self.wanted.emit(replace(self.settings, confidence=score))

    def fill(self) -> None:
        """Bring the widgets to what the settings say."""
        settings = self.settings
        choose_value(self.device, settings.device)
        self.meaning.setText(tr(_MEANINGS[settings.device]))
        model = settings.default_model
        if model is not None and self.model.findData(model) < 0:
            self.model.addItem(model, model)  # a folder, named when the program was started
        choose_value(self.model, model)
        self.own.setChecked(settings.confidence is None)
        self.confidence.setEnabled(settings.confidence is not None)
        if settings.confidence is not None:
            self.confidence.setValue(settings.confidence)
        elif not self.confidence.value():
            self.confidence.setValue(_DEFAULT_CONFIDENCE)

"""Rows of a form whose titles stand level with what they name."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QWidget


def add_form_row(form: QFormLayout, title: str, field: QWidget) -> QLabel:
    """Add a row; its title stands at half the field's height, where Qt would set it higher."""
    label = QLabel(title)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    label.setBuddy(field)
    form.addRow(label, field)
    return label

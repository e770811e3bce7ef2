"""Fields for figures: what a style sheet cannot reach of them."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox

_INDENT = 6


def indent_figure(field: QAbstractSpinBox) -> None:
    """Keep a field's figure off its left edge: Qt ignores a style sheet's padding there."""
    field.lineEdit().setTextMargins(_INDENT, 0, 0, 0)

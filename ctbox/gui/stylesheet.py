"""The style sheet; `theme.py` fills in the colours."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_STYLE = Template(
    """
QWidget { color: $text; }
QMainWindow, QDialog { background: $window; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $border;
    border-radius: 4px; padding: 5px 7px;
}

QMenuBar { background: $window; padding: 4px 6px; spacing: 2px; }
QMenuBar::item { padding: 5px 10px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; }
QMenu { background: $raised; border: 1px solid $border; border-radius: 8px; padding: 5px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }

QToolBar {
    background: $window; border: none; border-bottom: 1px solid $border;
    padding: 4px 8px; spacing: 2px;
}
QToolBar::separator { width: 1px; background: $border; margin: 5px 4px; }
QToolBar QToolButton { padding: 5px 4px; }
QToolButton::menu-indicator { image: none; }
QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 5px 8px;
}
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $hover; }
QToolButton:checked { border-color: $border; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton[primary="true"] { background: $accent; color: $on_accent; font-weight: 600; }
QToolButton[primary="true"]:hover { background: $accent_hover; }
QToolButton[primary="true"]:disabled { background: $raised; color: $faint; }
QToolButton::menu-indicator { image: none; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton {
    background: $raised; border: 1px solid $border; border-radius: 6px;
    padding: 7px 16px; min-width: 64px;
}
QPushButton:hover { background: $hover; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton:default, QPushButton[primary="true"] {
    background: $accent; border-color: $accent; color: $on_accent; font-weight: 600;
}
QPushButton:default:hover, QPushButton[primary="true"]:hover { background: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton:default:disabled, QPushButton[primary="true"]:disabled {
    background: $raised; border-color: $border; color: $faint;
}
QPushButton[link="true"] {
    background: transparent; border: none; color: $accent; padding: 2px; min-width: 0;
    text-align: left;
}
QPushButton[link="true"]:hover, QPushButton[link="true"]:focus { text-decoration: underline; }

QDockWidget { color: $muted; font-weight: 600; }
QDockWidget::title { background: $panel; padding: 9px 12px 7px 12px; }
QMainWindow::separator { background: $border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }

QTreeView, QListView, QTableView {
    background: $panel; border: none; outline: none; selection-background-color: $hover;
    selection-color: $text;
}
QTreeView::item, QListView::item { border: none; }
QTableView::item { padding: 2px 8px; }
QTableView { gridline-color: $border; alternate-background-color: $raised; }
QTreeView[flat="true"] { show-decoration-selected: 1; }
QTreeView[flat="true"]::item { padding: 0 5px; }
QTreeView[flat="true"]::item:selected { background: $hover; color: $text; }
QTreeView[flat="true"]::item:hover:!selected { background: $raised; }
QHeaderView::section {
    background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 6px 8px; font-weight: 600;
}
QTreeView[flat="true"][compact="true"] QHeaderView::section { padding: 6px 5px; }
/* Room for the sort arrow beside the heading; numbers stand under its last letter. */
QTableView[sortable="true"] QHeaderView::section { padding: 6px 18px 6px 8px; }
QTableView[sortable="true"]::item { padding: 2px 15px 2px 5px; }

QLineEdit, QPlainTextEdit, QTextBrowser, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QComboBox::drop-down { border: none; width: 24px; }
/* Keys, wheel and typing change a figure: buttons of two pixels' height would hit nobody. */
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { width: 0; border: none; }
QSpinBox, QDoubleSpinBox { padding: 4px 6px; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {
    border-color: $accent;
}
QLineEdit[plain="true"] { background: transparent; border-color: transparent; padding-left: 0; }
QLineEdit[plain="true"]:focus { border-color: $accent; }
QListWidget#settingsPages { padding: 14px 8px; border-right: 1px solid $border; }
QListWidget#settingsPages::item { padding-left: 10px; border-radius: 6px; }
QListWidget#settingsPages::item:selected { background: $hover; color: $text; }
QListWidget#settingsPages::item:focus { border: 1px solid $accent; }
QTextBrowser { background: transparent; border: none; }
QCheckBox, QRadioButton { spacing: 7px; }
QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked {
    background: $raised; border: 1px solid $muted; width: 12px; height: 12px;
}
QCheckBox::indicator:unchecked { border-radius: 3px; }
QRadioButton::indicator:unchecked { border-radius: 7px; }
QCheckBox::indicator:unchecked:hover, QRadioButton::indicator:unchecked:hover,
QCheckBox::indicator:unchecked:focus, QRadioButton::indicator:unchecked:focus {
    border-color: $accent;
}
QCheckBox::indicator:unchecked:disabled, QRadioButton::indicator:unchecked:disabled {
    background: transparent; border-color: $faint;
}
QRadioButton::indicator:checked {
    background: $on_accent; border: 4px solid $accent; border-radius: 7px; width: 6px; height: 6px;
}
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 10px; padding: 10px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; color: $muted; }

QSlider::groove:horizontal { height: 4px; background: $hover; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
}
QSlider::handle:horizontal:focus { background: $accent; border: 2px solid $text; }
QSlider::sub-page:horizontal:disabled { background: $border; }
QSlider::handle:horizontal:disabled { background: $faint; }

QProgressBar {
    background: $hover; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
    text-align: center;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $hover; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QStatusBar { background: $window; border-top: 1px solid $border; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 3px 10px; }
QStatusBar QLabel#researchStrip {
    color: $warning; background: $warning_back; font-weight: 600; border-radius: 4px;
    padding: 3px 12px; margin: 2px 4px;
}

QLabel[muted="true"] { color: $muted; }
QLabel[warning="true"] {
    color: $warning; background: $warning_back; font-weight: 600; border-radius: 6px;
    padding: 7px 12px;
}
QLabel[heading="true"] { font-size: 15pt; font-weight: 600; }
QLabel[title="true"] { font-weight: 600; }
QLabel[keycap="true"] {
    background: $raised; border: 1px solid $border; border-bottom-width: 2px;
    border-radius: 5px; padding: 2px 8px; font-weight: 600;
}
QFrame#deviceChip { background: $raised; border: 1px solid $border; border-radius: 11px; }
QFrame#deviceChip QLabel { color: $muted; }
QFrame#banner { background: $warning_back; border: none; border-bottom: 1px solid $border; }
QFrame#banner QLabel { color: $warning; }
QFrame#banner QPushButton[link="true"] { color: $warning; text-decoration: underline; }
QWidget#sliceBar, QWidget#browserPanel { background: $panel; }
QWidget#startPage { background: $window; }
QFrame#dropArea { border: 2px dashed $border; border-radius: 14px; background: $panel; }
QFrame#dropArea[dragging="true"] { border-color: $accent; background: $raised; }
QFrame#card { background: $panel; border: 1px solid $border; border-radius: 10px; }
"""
)


def build_stylesheet(colors: Mapping[str, str]) -> str:
    """Return the style sheet in these colours.

    Parameters
    ----------
    colors : mapping
        The fields of a `Theme` by name.
    """
    return _STYLE.substitute(colors)

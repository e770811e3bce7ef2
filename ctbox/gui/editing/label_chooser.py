"""A small popup beside a box that gives it a label by one key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.annotations.annotation import SUBTYPES
from ctbox.annotations.box_edits import OTHER_LABEL
from ctbox.gui.subtype_names import NAMES
from ctbox.gui.translation import tr

MAX_LABEL = 32
_STYLE = """
QFrame#labelChooser {
    background: palette(button); border: 1px solid palette(mid);
}
QFrame#labelChooser QPushButton { min-width: 20px; padding: 6px 12px; font-weight: 600; }
QFrame#labelChooser QPushButton:checked {
    background: palette(highlight); color: palette(highlighted-text);
}
"""


class LabelChooser(QFrame):
    """Letters A, B, E and G as buttons and keys, and a field for any other label."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, current: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("labelChooser")
        self.setStyleSheet(_STYLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("Label of the box"))
        self.other = QLineEdit("" if current in SUBTYPES else current)
        self._lay_out(current)

    def _lay_out(self, current: str) -> None:
        letters = QHBoxLayout()
        letters.setSpacing(6)
        for letter, name in NAMES.items():
            button = QPushButton(letter)
            button.setCheckable(True)
            button.setChecked(letter == current.upper())
            button.setToolTip(f"{tr(name)}  ({letter})")
            button.setAccessibleName(tr(name))
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, letter=letter: self._choose(letter))
            letters.addWidget(button)
        self.other.setPlaceholderText(OTHER_LABEL)
        self.other.setMaxLength(MAX_LABEL)
        self.other.setAccessibleName(tr("Another label"))
        self.other.setToolTip(tr("Any other label, then Enter  (O)"))
        self.other.returnPressed.connect(self._choose_other)
        hint = QLabel(tr("A  B  E  G, or O for another label"))
        hint.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 8)
        layout.setSpacing(7)
        layout.addLayout(letters)
        layout.addWidget(self.other)
        layout.addWidget(hint)

    def show_at(self, place: QPoint) -> None:
        """Show it below a point of the screen, as far as the screen goes."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(place) or self.screen()
        area = screen.availableGeometry()
        x = min(max(place.x(), area.left()), area.right() - self.width())
        y = min(max(place.y(), area.top()), area.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keep the window's shortcuts out: every key is the popup's own."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by letter; O goes to the field, Esc leaves the label as it is."""
        letter = event.text().upper()
        if letter in SUBTYPES:
            self._choose(letter)
        elif letter == "O":
            self.other.setFocus()
            self.other.selectAll()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.close()
        else:
            super().keyPressEvent(event)

    def _choose_other(self) -> None:
        # Letters stay letters however they are written.
        text = self.other.text().strip() or OTHER_LABEL
        self._choose(text.upper() if text.upper() in SUBTYPES else text)

    def _choose(self, label: str) -> None:
        self.close()
        self.chosen.emit(label)

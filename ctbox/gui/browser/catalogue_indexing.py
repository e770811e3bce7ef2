"""The line of the catalogue that tells how far a folder is: files, rate, time left, Stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from ctbox.gui.browser.indexing_pace import IndexingNews
from ctbox.gui.task_bar import format_seconds
from ctbox.gui.translation import mark, tr

FILES = "Indexing files"
"""The stage whose units are files."""
_COUNTING = mark("Counting files…")
_STAGES = {
    FILES: mark("{done:,} of {total:,} files"),
    "Indexing annotations": mark("{done:,} of {total:,} annotation files"),
    "Sorting series": mark("Sorting series: {done:,} of {total:,}"),
}
_BAR_WIDTH = 180


class IndexingLine(QWidget):
    """Shows how far the indexing is; hidden while there is none.

    Parameters
    ----------
    compact : bool
        Two short lines, for the dock beside the image.
    """

    stop_requested = Signal()

    def __init__(self, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("catalogueIndexing")
        self.setAccessibleName(tr("Adding to the catalogue"))
        self.what, self.pace = QLabel(), QLabel()
        self.pace.setProperty("muted", True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop_button = QPushButton(tr("Stop"))
        self.stop_button.setProperty("link", True)
        self.stop_button.setToolTip(tr("What was read stays; add the folder again to go on."))
        self.stop_button.clicked.connect(self.stop_requested)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(4)
        if compact:
            self._lay_out_narrow(layout)
        else:
            self._lay_out_wide(layout)
        self.show_news(None)

    def _lay_out_narrow(self, layout: QGridLayout) -> None:
        layout.addWidget(self.what, 0, 0)
        layout.addWidget(self.stop_button, 0, 1)
        layout.addWidget(self.bar, 1, 0, 1, 2)
        layout.addWidget(self.pace, 2, 0, 1, 2)
        layout.setColumnStretch(0, 1)

    def _lay_out_wide(self, layout: QGridLayout) -> None:
        self.bar.setFixedWidth(_BAR_WIDTH)
        center = Qt.AlignmentFlag.AlignVCenter
        for place, widget in enumerate((self.bar, self.what, self.pace)):
            layout.addWidget(widget, 0, place, center)
        layout.setColumnStretch(2, 1)
        layout.addWidget(self.stop_button, 0, 3, center)

    def show_news(self, news: IndexingNews | None) -> None:
        """Show how far it is; None hides the line."""
        self.setVisible(news is not None)
        if news is None:
            return
        self.bar.setRange(0, news.total or 0)
        self.bar.setValue(min(news.done, news.total or 0))
        self.bar.setAccessibleName(tr("Adding {name}").format(name=news.name))
        self.what.setText(_describe_stage(news))
        self.pace.setText(tr("stopping…") if news.is_stopping else _describe_pace(news))
        self.stop_button.setVisible(not news.is_stopping)


def _describe_stage(news: IndexingNews) -> str:
    if not news.total:
        return tr(_COUNTING)
    text = tr(_STAGES[news.stage]) if news.stage in _STAGES else news.stage
    return text.format(done=news.done, total=news.total)


def _describe_pace(news: IndexingNews) -> str:
    """Return rate and time left, such as "1,250 files/s · 3 min left"; empty where not known."""
    parts = [format_seconds(news.seconds_left)]
    if news.rate is not None and news.stage == FILES:
        parts.insert(0, tr("{rate:,.0f} files/s").format(rate=news.rate))
    return " · ".join(part for part in parts if part)

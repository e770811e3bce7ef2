"""The user guide in a window of its own: headings at the left, text and pictures at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QResizeEvent, QTextBlock, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import (
    QDialog,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.translation import tr

_SIZE = (980, 720)
_CONTENTS_WIDTH = 210
_MOST_LEVEL = 2
_HEADING_MARGIN = 18
_CELL_PADDING = 6
_CONTENTS_STYLE = "QListWidget { padding: 10px 4px; } QListWidget::item { padding: 4px 8px; }"
_MOST_PICTURE_WIDTH = 860


class GuideBrowser(QTextBrowser):
    """Shows Markdown pages of one folder, their pictures no wider than the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenExternalLinks(True)
        self.setAccessibleName(tr("User guide"))
        self.document().setDocumentMargin(18)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._width = 0

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 (Qt's own name)
        """Return a page or picture; pictures are drawn down to the window's width."""
        loaded = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return loaded
        path = self.source().resolved(QUrl(name)).toLocalFile()
        image = QImage(path)
        if image.isNull():
            return loaded
        ratio = self.devicePixelRatioF()
        room = round(min(self._find_room(), _MOST_PICTURE_WIDTH) * ratio)
        if image.width() > room:
            image = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the pictures anew where the room for them has changed."""
        super().resizeEvent(event)
        if self._width != self._find_room() and not self.source().isEmpty():
            self._width = self._find_room()
            place = self.verticalScrollBar().value()
            self.reload()
            self.dress()
            self.verticalScrollBar().setValue(place)

    def dress(self) -> None:
        """Give the page's headings air, and its tables fine lines and no empty heads."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                form = block.blockFormat()
                form.setTopMargin(_HEADING_MARGIN)
                QTextCursor(block).setBlockFormat(form)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)
        # Qt lays out only what it takes for changed, and forgets what follows a table.
        self.document().markContentsDirty(0, self.document().characterCount())

    def _dress_table(self, table: QTextTable) -> None:
        head = (table.cellAt(0, column) for column in range(table.columns()))
        if table.rows() > 1 and all(
            cell.firstCursorPosition().block().text() == "" for cell in head
        ):
            table.removeRows(0, 1)
        form = table.format().toTableFormat()
        form.setBorderBrush(self.palette().mid())
        form.setCellPadding(_CELL_PADDING)
        form.setBorderCollapse(True)
        form.setTopMargin(4)
        form.setBottomMargin(8)
        table.setFormat(form)

    def _find_room(self) -> int:
        return max(self.viewport().width() - 2 * round(self.document().documentMargin()) - 16, 120)


class HelpWindow(QDialog):
    """The user guide; it may stay open beside the main window.

    Parameters
    ----------
    page : pathlib.Path
        The Markdown file to begin with.

    Raises
    ------
    CtboxError
        If it is not there.
    """

    def __init__(self, page: Path, parent: QWidget | None = None) -> None:
        if not page.is_file():
            raise CtboxError(
                tr("The user guide {name} is missing.").format(name=page.name),
                tr("Install ctbox again."),
                page,
            )
        super().__init__(parent)
        self.setWindowTitle(tr("ctbox user guide"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.browser = GuideBrowser()
        self.contents = QListWidget()
        self.contents.setAccessibleName(tr("Contents"))
        self.contents.setStyleSheet(_CONTENTS_STYLE)
        self.contents.currentItemChanged.connect(self._on_heading_chosen)
        self.browser.sourceChanged.connect(self._on_page_shown)
        splitter = QSplitter()
        splitter.addWidget(self.contents)
        splitter.addWidget(self.browser)
        splitter.setSizes([_CONTENTS_WIDTH, _SIZE[0] - _CONTENTS_WIDTH])
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.browser.setSource(QUrl.fromLocalFile(str(page)))

    def _on_page_shown(self) -> None:
        self.browser.dress()
        self.contents.clear()
        for block in self._list_headings():
            level = block.blockFormat().headingLevel()
            item = QListWidgetItem("   " * (level - 1) + block.text())
            item.setData(Qt.ItemDataRole.UserRole, block.text())
            self.contents.addItem(item)

    def _list_headings(self) -> list[QTextBlock]:
        blocks, block = [], self.browser.document().begin()
        while block.isValid():
            if 1 <= block.blockFormat().headingLevel() <= _MOST_LEVEL:
                blocks.append(block)
            block = block.next()
        return blocks

    def _on_heading_chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        wanted = item.data(Qt.ItemDataRole.UserRole)
        block = next((each for each in self._list_headings() if each.text() == wanted), None)
        if block is None:
            return
        self.browser.setTextCursor(QTextCursor(block))
        bar = self.browser.verticalScrollBar()
        bar.setValue(bar.value() + self.browser.cursorRect().top() - 8)

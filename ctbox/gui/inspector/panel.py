"""The inspector: the thesis's five pictures, the measures and the list of boxes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.inspector.box_list import BoxList
from ctbox.gui.inspector.measures import MeasuresView
from ctbox.gui.inspector.outlining import Outliner
from ctbox.gui.inspector.state import (
    BoxPair,
    InspectedSlice,
    OutlinePair,
    build_box_rows,
    choose_pair,
    compose_measures,
)
from ctbox.gui.inspector.tile_grid import TileGrid
from ctbox.gui.inspector.tiles import TileInput, build_tiles
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.readout import IouReadout, describe_iou
from ctbox.gui.viewer.rendering import SliceRenderer

_SETTLE_MS = 40
_MARGIN = 12
_MOST_TEXT_WIDTH = 460
_EMPTY = mark(
    "Open a series to see its boxes here: the slice, the expert's and the predicted area, the "
    "zoomed box and the Sobel outline, with their measures."
)


class InspectorPanel(QScrollArea):
    """Shows one `InspectedSlice`; asks for selections, changes nothing itself.

    While slices rush by it waits until one stays for a moment, so that scrolling costs nothing.

    Parameters
    ----------
    runner : TaskRunner
        Runs the outlining in a thread.
    """

    selection_requested = Signal(object, object)
    own_requested = Signal(object)
    outlines_changed = Signal(object)
    raw_sobel_toggled = Signal(bool)
    failed = Signal(object)

    _is_built = False

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorPanel")
        self.setAccessibleName(tr("Inspector"))
        self._shown: InspectedSlice | None = None
        self._pair = BoxPair()
        self._outlines: OutlinePair | None = None
        self._image: QImage | None = None
        self._rendered: tuple[object, object] = (None, None)
        self._renderer = SliceRenderer()
        self._outliner = Outliner(runner, self)
        self._outliner.ready.connect(self._on_outlines)
        self._outliner.failed.connect(self._on_outlining_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._refresh)
        self._build()
        self._is_built = True
        self._refresh()

    def _build(self) -> None:
        self.grid = TileGrid()
        self.tiles = self.grid.tiles
        self.raw_sobel = QCheckBox(tr("Raw &Sobel picture"))
        self.raw_sobel.setToolTip(
            tr("Show the gradient magnitude itself in the fifth picture, without the outline")
        )
        self.raw_sobel.toggled.connect(self._on_raw_sobel)
        self.measures = MeasuresView()
        self.measures.setMaximumWidth(_MOST_TEXT_WIDTH)
        self.copy_button = QPushButton(tr("&Copy measures"))
        self.copy_button.setProperty("link", True)
        self.copy_button.setToolTip(tr("Copy boxes, overlap, axes and areas of this slice as text"))
        self.copy_button.clicked.connect(self._on_copy)
        self.list_title = QLabel()
        self.list_title.setProperty("title", True)
        self.box_list = BoxList()
        self.box_list.setMaximumWidth(_MOST_TEXT_WIDTH)
        self.box_list.selection_requested.connect(self.selection_requested)
        self.box_list.own_requested.connect(self.own_requested)
        self.content = QWidget()
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(_MARGIN, 6, _MARGIN, _MARGIN)
        layout.setSpacing(10)
        for widget in (self.grid, self.raw_sobel, self.measures, self.list_title, self.box_list):
            layout.addWidget(widget)
        layout.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self._wrap()

    def _wrap(self) -> None:
        """Put the content and what stands in its place into the scrolled area."""
        self.empty = QLabel(tr(_EMPTY))
        self.empty.setObjectName("inspectorEmpty")
        self.empty.setWordWrap(True)
        self.empty.setProperty("muted", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(28, 28, 28, 28)
        body = QWidget()
        body.setObjectName("inspectorBody")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        body.setStyleSheet("QWidget#inspectorBody { background: palette(base); }")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.content)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    # --- what to show -----------------------------------------------------------------------

    @property
    def pair(self) -> BoxPair:
        """The boxes that are shown."""
        return self._pair

    @property
    def outlines(self) -> OutlinePair | None:
        """The outlines of that pair; None while they are not known."""
        return self._outlines

    def show_slice(self, shown: InspectedSlice | None) -> None:
        """Show another slice, or the same with other boxes, selection or window."""
        before = None if self._shown is None else self._shown.sop_instance_uid
        self._shown = shown
        if shown is not None and shown.sop_instance_uid == before:
            if not self._timer.isActive():
                self._refresh()
        else:
            # The pair speaks of the slice before; its outlines may still be on their way.
            self._pair = BoxPair()
            self._outliner.clear()
            self._set_outlines(None)
            if shown is None or shown.pixels is None:
                # At once: pictures and figures of what is gone would speak of what is coming.
                self._timer.stop()
                self._refresh()
            else:
                self._timer.start()

    def set_raw_sobel(self, raw: bool) -> None:
        """Show the raw Sobel picture, or the outline."""
        self.raw_sobel.setChecked(raw)

    def _refresh(self) -> None:
        shown = self._shown
        if shown is None:
            self._pair = BoxPair()
            self._outliner.clear()
            self._set_outlines(None)
            self.measures.show_iou(None)
        else:
            self._render(shown)
            self._pair = choose_pair(shown)
            self._set_outlines(self._outliner.request(shown, self._pair))
            self.measures.show_iou(_describe_overlap(shown))
        self.empty.setVisible(shown is None)
        self.content.setVisible(shown is not None)
        self._show_tiles()
        self._show_boxes()

    def _render(self, shown: InspectedSlice) -> None:
        if shown.pixels is None:
            self._image, self._rendered = None, (None, None)
        elif self._rendered[0] is not shown.pixels or self._rendered[1] != shown.window:
            self._image = self._renderer.render(shown.pixels, shown.window)
            self._rendered = (shown.pixels, shown.window)

    def _show_tiles(self) -> None:
        shown = self._shown or InspectedSlice("", None)
        source = TileInput(shown, self._pair, self._outlines, self.raw_sobel.isChecked())
        for view, tile in zip(self.tiles, build_tiles(source), strict=True):
            view.show_tile(tile, self._image, shown.pixel_spacing_mm)
        self.measures.show_outlines(self._outlines)

    def _show_boxes(self) -> None:
        shown = self._shown or InspectedSlice("", None)
        rows = build_box_rows(shown)
        self.box_list.show_rows(rows, *shown.selection, shown.selected_own)
        self.box_list.setVisible(bool(rows))
        self.list_title.setText(_describe_count(shown))

    def _set_outlines(self, outlines: OutlinePair | None) -> None:
        if outlines is not self._outlines:
            self._outlines = outlines
            self.outlines_changed.emit(outlines)

    def _on_outlines(self, outlines: OutlinePair) -> None:
        self._set_outlines(outlines)
        self._show_tiles()

    def _on_outlining_failed(self, error: object) -> None:
        self._set_outlines(OutlinePair())
        self._show_tiles()
        self.failed.emit(error)

    def _on_copy(self) -> None:
        shown = self._shown
        if shown is not None:
            told = _describe_overlap(shown)
            overlap = "" if told is None else f"{told.text} {told.note}".strip()
            QGuiApplication.clipboard().setText(compose_measures(shown, self._outlines, overlap))

    def _on_raw_sobel(self, raw: bool) -> None:
        self._show_tiles()
        self.raw_sobel_toggled.emit(raw)

    # --- layout -----------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return the size of a dock with two columns of pictures."""
        return QSize(330, 640)

    def minimumSizeHint(self) -> QSize:
        """Return the least size in which one column can be read."""
        return QSize(190, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the pictures the height they need.

        Reckoned as if the scroll bar were there: else it could come and go for ever.
        """
        super().resizeEvent(event)
        bar = self.verticalScrollBar().sizeHint().width()
        self.grid.fit_width(max(self.width() - bar - 2 * _MARGIN, 1))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_built:
            self.measures.show_outlines(self._outlines)


def _describe_overlap(shown: InspectedSlice) -> IouReadout | None:
    if shown.is_color and not shown.annotations:
        return None  # never predicted, so that there is nothing to say
    if shown.ai_hidden:
        return None  # the pictures say so
    return describe_iou(shown.annotations, shown.detections, *shown.selection)


def _describe_count(shown: InspectedSlice) -> str:
    expert, predicted = len(shown.annotations), shown.detections
    by_ai = (
        tr("not predicted") if predicted is None else tr("{count} AI").format(count=len(predicted))
    )
    by_ai = tr("AI hidden") if shown.ai_hidden else by_ai
    mine = sum(own.box_id > 0 for own in shown.own)
    told = (
        tr("Boxes on this slice: expert and AI hidden")
        if shown.expert_hidden
        else tr("Boxes on this slice: {expert} expert, {by_ai}").format(expert=expert, by_ai=by_ai)
    )
    return told + (tr(", {mine} mine").format(mine=mine) if mine else "")

"""The window: menus, tool bar, docks and status bar around the image; no logic of its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from ctbox.gui.actions import apply_icons, build_actions, follow_tip
from ctbox.gui.browser.panel import BrowserPanel
from ctbox.gui.device_chip import DeviceChip
from ctbox.gui.editing.action_table import EDIT_MENU, NUDGE_MENU
from ctbox.gui.icons import find_icon
from ctbox.gui.layouts.action_table import LAYOUT_MENU
from ctbox.gui.layouts.grid import PaneGrid
from ctbox.gui.narrow_bar import NarrowBar
from ctbox.gui.opening_page import OpeningPage
from ctbox.gui.report.action_table import REPORT_MENU
from ctbox.gui.review.action_table import REVIEW_MENU
from ctbox.gui.start_page import StartPage
from ctbox.gui.status_line import StatusLine
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.theme import DARK, Theme
from ctbox.gui.translation import tr
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.window_presets import PresetMenu

DEFAULT_SIZE = QSize(1280, 800)
_BROWSER_WIDTH = 286

_FILE_MENU = (
    "open_folder", "open_file", "open_annotations", "", "save", "save_as", "export", "",
    "show_catalogue", "add_to_catalogue", "", "open_sample",
)  # fmt: skip
_VIEW_MENU = (
    "window_lung", "window_mediastinum", "", "fit", "reset", "smooth", "invert_grey", "",
    "annotations", "detections", "mine", "outline", "attention", "", "texts", "patient",
)  # fmt: skip
_SLICES_MENU = (
    "previous_slice", "next_slice", "back_ten", "forward_ten", "first_slice", "last_slice", "",
    "previous_box", "next_box", "", "cine", "cine_slower", "cine_faster",
)  # fmt: skip
_TOOLS_MENU = (
    "tool_window", "tool_pan", "tool_zoom", "tool_scroll", "",
    "tool_ruler", "tool_angle", "tool_ellipse", "", "copy_measurements", "",
    "crosshair", "invert_drag", "", "doctor",
)  # fmt: skip
_AI_MENU = (
    "predict_slice", "predict_series", "", "fine_tune", "training_run", "models", "", "cancel",
)  # fmt: skip
_HELP_MENU = ("user_guide", "shortcuts", "", "bug_report", "", "about")
_TOOL_BAR = (
    "open_folder", "", "tool_window", "tool_pan", "tool_zoom", "",
    "tool_ruler", "tool_angle", "tool_ellipse", "", "tool_draw", "undo", "redo", "",
    "window_lung", "window_mediastinum", "", "reset", "cine", "crosshair",
    "previous_box", "next_box", "", "annotations", "detections", "outline",
)  # fmt: skip


class MainWindow(QMainWindow):
    """Lays everything out; `session.py` gives it life.

    Parameters
    ----------
    viewer : ViewerPanel
        The image in the middle.
    runner : TaskRunner
        Its running tasks are shown in the status bar.
    """

    files_dropped = Signal(object)
    recent_chosen = Signal(object)

    def __init__(self, viewer: ViewerPanel, runner: TaskRunner) -> None:
        super().__init__()
        self.setWindowTitle("ctbox[*]")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.status_line = StatusLine(self.statusBar(), runner)
        self.viewer = viewer
        self.commands = build_actions(self, viewer, DARK)
        self.browser = BrowserPanel()
        self.start_page = StartPage(
            [self.commands[name] for name in ("open_folder", "open_file", "open_sample")]
        )
        self.start_page.add_links(
            [self.commands[name] for name in ("show_catalogue", "add_to_catalogue")]
        )
        self.chip = DeviceChip()
        self.recent_menu = QMenu(tr("Open &recent"), self)
        self._recent_paths: tuple[str, ...] = ()
        self.commands["patient"].toggled.connect(lambda _: self.set_recent(self._recent_paths))
        self.presets_menu = PresetMenu(self)
        self.layout_menu = QMenu(tr("La&yout"), self)
        self._docks: list[QDockWidget] = []
        self._is_case_open = False
        self._layout_before = QByteArray()
        self._window_menu = QMenu(tr("&Window"), self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start_page)
        self.panes = PaneGrid()
        self.panes.show_cells([(0, 0, 1, 1)], [viewer], 0)
        self._stack.addWidget(self.panes)
        self.opening_page = OpeningPage()
        self._stack.addWidget(self.opening_page)
        self.setCentralWidget(self._stack)
        self._build_menus()
        self._build_tool_bar()
        self.browser_dock = self.add_dock(
            tr("Series", "several"),
            "browserDock",
            self.browser,
            Qt.DockWidgetArea.LeftDockWidgetArea,
        )
        self.resize(DEFAULT_SIZE)
        self.resizeDocks([self.browser_dock], [_BROWSER_WIDTH], Qt.Orientation.Horizontal)
        self.show_start()

    # --- building ---------------------------------------------------------------------------

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file_menu = bar.addMenu(tr("&File"))
        self._fill(file_menu, _FILE_MENU)
        file_menu.addMenu(self.recent_menu)
        file_menu.addSeparator()
        file_menu.addAction(self.commands["quit"])
        edit_menu = bar.addMenu(tr("&Edit"))
        self._fill(edit_menu, EDIT_MENU)
        self._fill(edit_menu.addMenu(tr("&Nudge selected box")), NUDGE_MENU)
        self._fill(edit_menu, ("", "settings"))
        view_menu = bar.addMenu(tr("&View"))
        self._fill(view_menu, _VIEW_MENU)
        view_menu.insertMenu(self.commands["fit"], self.presets_menu)
        view_menu.insertSeparator(self.commands["fit"])
        self._fill(self.layout_menu, LAYOUT_MENU)
        view_menu.insertMenu(self.commands["fit"], self.layout_menu)
        self._fill(bar.addMenu(tr("&Slices")), _SLICES_MENU)
        self._fill(bar.addMenu(tr("&Tools")), (*_TOOLS_MENU, *REPORT_MENU))
        self._fill(bar.addMenu(tr("&AI")), _AI_MENU)
        self._fill(bar.addMenu(tr("&Review")), REVIEW_MENU)
        bar.addMenu(self._window_menu)
        self._window_menu.addSeparator()
        self._fill(self._window_menu, ("theme", "full_screen"))
        self._fill(bar.addMenu(tr("&Help")), _HELP_MENU)
        corner = QWidget(bar)
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 3, 10, 3)
        row.addWidget(self.chip)
        bar.setCornerWidget(corner, Qt.Corner.TopRightCorner)
        self.chip.text_changed.connect(lambda: _fit_again(corner))

    def _fill(self, menu: QMenu | QToolBar, names: Sequence[str]) -> None:
        for name in names:
            if name:
                menu.addAction(self.commands[name])
            else:
                menu.addSeparator()

    def _build_tool_bar(self) -> None:
        bar = QToolBar(tr("Tools"))
        bar.setObjectName("toolBar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        self._fill(bar, _TOOL_BAR)
        self._layout_button = QToolButton()
        self._layout_button.setMenu(self.layout_menu)
        self._layout_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._layout_button.setToolTip(tr("Layout: one, two or four images, and what links them"))
        self._layout_button.setAccessibleName(tr("Layout"))
        bar.insertWidget(self.commands["previous_box"], self._layout_button)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._predict_button = self._build_predict_button()
        bar.addWidget(self._predict_button)
        bar.addAction(self.commands["predict_series"])
        bar.addAction(self.commands["cancel"])
        names = ("outline", "detections", "annotations", "predict_series")
        found = (bar.widgetForAction(self.commands[name]) for name in names)
        NarrowBar(bar, [button for button in found if isinstance(button, QToolButton)])
        self.addToolBar(bar)
        self._tool_bar = bar

    def _build_predict_button(self) -> QToolButton:
        """Return a button in the accent colour, whose icon must differ from the menu's."""
        action = self.commands["predict_slice"]
        button = QToolButton()
        button.setProperty("primary", True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(action.iconText())
        follow_tip(button, action)
        button.setAccessibleName(action.iconText())
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def add_dock(
        self,
        title: str,
        name: str,
        widget: QWidget,
        area: Qt.DockWidgetArea,
        *,
        starts_hidden: bool = False,
    ) -> QDockWidget:
        """Add a panel that can be moved and hidden, and its switch in the Window menu."""
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        first = self._window_menu.actions()[0]
        self._window_menu.insertAction(first, dock.toggleViewAction())
        self._docks.append(dock)
        dock.setProperty("startsHidden", starts_hidden)
        dock.setVisible(self.is_case_shown and not starts_hidden)
        dock.toggleViewAction().setEnabled(self.is_case_shown)
        return dock

    # --- what is shown ----------------------------------------------------------------------

    @property
    def is_case_shown(self) -> bool:
        """Whether the image is on the screen rather than the start page."""
        return self._is_case_open

    def show_start(self) -> None:
        """Show the start page; docks and image tools wait until something is open."""
        self._stack.setCurrentWidget(self.start_page)
        self._set_case_open(False)

    def show_viewer(self) -> None:
        """Show the image."""
        self._stack.setCurrentWidget(self.panes)
        if not self.is_case_shown:
            self._set_case_open(True)
            # Only now: on the start page the docks are hidden whatever was remembered.
            self.restoreState(self._layout_before)
        self.viewer.setFocus()

    def show_opening(self) -> None:
        """Show the first slice of what is being opened, until `end_opening`."""
        self._stack.setCurrentWidget(self.opening_page)

    def end_opening(self) -> None:
        """Go back to what was shown before, unless a case was opened."""
        if self._stack.currentWidget() is self.opening_page:
            self._stack.setCurrentWidget(self.panes if self.is_case_shown else self.start_page)
        self.opening_page.clear()

    def _set_case_open(self, is_open: bool) -> None:
        self._is_case_open = is_open
        self._tool_bar.setVisible(is_open)
        for dock in self._docks:
            dock.setVisible(is_open and not dock.property("startsHidden"))
            dock.toggleViewAction().setEnabled(is_open)

    @property
    def layout_state(self) -> QByteArray:
        """Where the docks are, as Qt's own bytes."""
        return self.saveState() if self.is_case_shown else self._layout_before

    def remember_layout(self, layout: QByteArray) -> None:
        """Put the docks there once a case is open."""
        self._layout_before = layout

    def set_recent(self, paths: Sequence[str]) -> None:
        """List what was opened before, in the menu and on the start page."""
        self._recent_paths = tuple(paths)
        self.recent_menu.clear()
        self.recent_menu.setEnabled(bool(paths))
        # Folders and archives are named after patients.
        is_shown = self.commands["patient"].isChecked()
        for number, path in enumerate(paths, start=1):
            name = path if is_shown else tr("Case {number}").format(number=number)
            action = self.recent_menu.addAction(name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, path=path: self.recent_chosen.emit(path))
        self.start_page.set_recent(paths, are_named=is_shown)

    def apply_theme(self, theme: Theme) -> None:
        """Draw all icons in the theme's colours."""
        apply_icons(self.commands, theme)
        self._layout_button.setIcon(find_icon("layout", theme))
        self._predict_button.setIcon(find_icon("predict", theme, theme.on_accent))
        self.browser.apply_theme(theme)
        self.viewer.banner.apply_theme(theme)
        self.start_page.apply_theme(theme)
        self.chip.apply_theme(theme)

    # --- events -----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start_page.set_dragging(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Go back to rest."""
        self.start_page.set_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        self.start_page.set_dragging(False)
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)


def _fit_again(corner: QWidget) -> None:
    """Give a menu bar's corner the room it asks for: only showing makes the bar look again."""
    if corner.isVisible():
        corner.hide()
        corner.show()

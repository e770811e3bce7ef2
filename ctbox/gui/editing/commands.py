"""Ties box editing to the window: keys, menus, title, marks and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from ctbox.annotations.box_edits import Edit, OwnBox
from ctbox.gui.case_controller import CaseController
from ctbox.gui.editing.action_table import FAR_PX, NEEDS_CASE, NUDGES
from ctbox.gui.editing.box_commands import BoxCommands
from ctbox.gui.editing.dialogs import UnlockDialog
from ctbox.gui.editing.hand import EditHand
from ctbox.gui.editing.layer import EditingLayer
from ctbox.gui.editing.recovery import RecoveryController
from ctbox.gui.editing.saving import SaveController
from ctbox.gui.editing.state import EditingState
from ctbox.gui.editing.step_words import describe_redo, describe_undo
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.readout import describe_own
from ctbox.settings import Settings
from ctbox.workflows.open_case import Case
from ctbox.workflows.save_boxes import find_expert_boxes, find_folder


class EditingCommands(QObject):
    """Gives the window's viewers their box editing.

    Parameters
    ----------
    window : MainWindow
        The window.
    cases : CaseController
        Tells of cases.
    notifier : Notifier
        Shows what fails.
    toasts : ToastArea
        Shows short notes.
    """

    def __init__(
        self, window: MainWindow, cases: CaseController, notifier: Notifier, toasts: ToastArea
    ) -> None:
        super().__init__(window)
        self.reader_name = ""
        self.editing = EditingState(self)
        news = (notifier, toasts)
        self.saving = SaveController(window, self.editing, cases, news)
        self.recovery = RecoveryController(window, self.editing, cases, news)
        self.unlock_dialog: UnlockDialog | None = None
        self._window = window
        self._toasts = toasts
        self._case: Case | None = None
        self._case_path = ""
        self._gives_up = False
        self._is_closing = False
        self._hands: list[EditHand] = []
        self._viewers: list[ViewerPanel] = []
        self.boxes = BoxCommands(window, self.editing, toasts)
        self.editing.failed.connect(notifier.show_failure)
        self.editing.edits_changed.connect(self._on_edits_changed)
        self.editing.look_changed.connect(self._update_view)
        cases.case_opened.connect(self._on_case_opened)
        window.viewer.state.series_changed.connect(self._on_series_changed)
        window.viewer.state.slice_changed.connect(self._on_slice_changed)
        window.installEventFilter(self)
        self._connect_commands()
        self.attach(window.viewer)
        self._on_edits_changed()

    def _connect_commands(self) -> None:
        boxes = self.boxes
        handlers: dict[str, Callable[[], object]] = {
            "save": self.saving.save,
            "save_as": self.saving.save_as,
            "undo": self.undo,
            "redo": self.redo,
            "label_box": boxes.ask_label,
            "delete_box": boxes.delete,
            "accept_box": boxes.accept,
            "accept_all": boxes.accept_all,
            "propose": boxes.propose,
            "discard_proposals": boxes.discard_proposals,
            "unlock_expert": self._ask_unlock,
        }
        for name, (_, dx, dy) in NUDGES.items():
            handlers[name] = partial(boxes.nudge, dx, dy)
            handlers[f"{name}_{FAR_PX}"] = partial(boxes.nudge, dx * FAR_PX, dy * FAR_PX)
        for name, handler in handlers.items():
            command = self._window.commands[name]
            command.triggered.connect(lambda _=False, handler=handler: handler())
        self._window.commands["tool_draw"].toggled.connect(self._on_tool_toggled)

    def attach(self, viewer: ViewerPanel) -> EditHand:
        """Let one more viewer show and edit the boxes."""
        hand = EditHand(viewer, self.editing)
        hand.is_drawing_tool = self._window.commands["tool_draw"].isChecked()
        EditingLayer(viewer.view, viewer.state, self.editing)
        self.editing.edits_changed.connect(viewer.view.update_scene)
        self.editing.look_changed.connect(viewer.view.update_scene)
        hand.drawn.connect(self._on_drawn)
        hand.label_wanted.connect(self.boxes.ask_label)
        hand.refused.connect(self._toasts.show_toast)
        viewer.view.installEventFilter(self)
        viewer.state.series_changed.connect(self._update_marks)
        self._hands.append(hand)
        self._viewers.append(viewer)
        self._update_marks()
        return hand

    # --- the window's life ------------------------------------------------------------------

    def apply_settings(self, settings: Settings) -> None:
        """Take up what the user chose before."""
        self.saving.folder = settings.save_folder
        self.reader_name = settings.reader_name

    def leave(self, proceed: Callable[[], object]) -> None:
        """Do something that takes the case off the screen, once its edits are looked after."""
        self.saving.leave(proceed, self._give_up)

    def close(self) -> None:
        """Let the case go, whatever is unsaved: its edits stay on the disk."""
        self._is_closing = True
        self.editing.store.close()

    def _give_up(self) -> None:
        # Only once the next case is there: opening it may fail or be cancelled.
        self._gives_up = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask before the window closes; take Esc while there is something of ours to give up."""
        if event.type() == QEvent.Type.Close and watched is self._window:
            return self._on_close(event)
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self._on_escape(event)
        return False

    def _on_close(self, event: QEvent) -> bool:
        if self._is_closing or not self.editing.has_unsaved:
            return False
        event.ignore()
        self.saving.leave(self._window.close, self.editing.discard_unsaved)
        return True

    def _on_escape(self, event: QKeyEvent) -> bool:
        dragging = any(hand.is_dragging for hand in self._hands)
        if not dragging and not self.editing.proposals():
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            if dragging:
                for hand in self._hands:
                    hand.cancel()
            else:
                self.boxes.discard_proposals()
        return True

    # --- undo -------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last edit back and show where it was."""
        self._show_edit(self.editing.undo())

    def redo(self) -> None:
        """Do the edit again that was undone last and show where it is."""
        self._show_edit(self.editing.redo())

    def _show_edit(self, edit: Edit | None) -> None:
        if edit is None:
            return
        self.go_to(edit.sop_instance_uid)
        shown = [each.box_id for each in edit.changes if each.box_id in self.editing.boxes.by_id]
        self.editing.select(shown[0] if len(shown) == 1 else None)

    def go_to(self, sop_instance_uid: str) -> None:
        """Show a slice of the case, in the series on the screen if it is there."""
        state = self._window.viewer.state
        shown = () if state.series_case is None else (state.series_case,)
        others = () if self._case is None else self._case.series
        for each in (*shown, *others):
            uids = [slice_.sop_instance_uid for slice_ in each.series.slices]
            if sop_instance_uid in uids:
                self._window.browser.choose(each.series.key)
                state.set_slice_index(uids.index(sop_instance_uid))
                return

    # --- news -------------------------------------------------------------------------------

    def _on_case_opened(self, case: Case, _request: object) -> None:
        is_other = self._case is None or Path(case.path) != Path(self._case.path)
        self._case = case
        self.saving.take_case(case)
        if self._gives_up:
            self.editing.discard_unsaved()
        self._gives_up = False
        if is_other:
            self.recovery.open_store(case)
        self._on_edits_changed()

    def _on_series_changed(self) -> None:
        series_case = self._window.viewer.state.series_case
        if series_case is not None and not self.editing.has_label:
            self.editing.set_default_label(series_case.series.subtype)
        shown = {uid for viewer in self._viewers for uid in _find_uids(viewer)}
        if not any(each.sop_instance_uid in shown for each in self.editing.proposals()):
            self.editing.discard_proposals()

    def _on_slice_changed(self, _index: int) -> None:
        shown, selected = self._window.viewer.state.slice, self.editing.selected
        if selected is not None and (
            shown is None or selected.sop_instance_uid != shown.sop_instance_uid
        ):
            self.editing.select(None)

    def _on_tool_toggled(self, on: bool) -> None:
        for hand in self._hands:
            hand.is_drawing_tool = on
        if on:
            self._window.viewer.view.setFocus()

    def _on_drawn(self, own: OwnBox) -> None:
        if not self.editing.has_label:
            self.boxes.ask_label(own)

    def _on_edits_changed(self) -> None:
        commands, store = self._window.commands, self.editing.store
        commands["undo"].setText(describe_undo(store.undo_text))
        commands["redo"].setText(describe_redo(store.redo_text))
        commands["undo"].setEnabled(bool(store.undo_text))
        commands["redo"].setEnabled(bool(store.redo_text))
        commands["save"].setEnabled(bool(store.boxes.by_id or store.saved.files))
        for name in NEEDS_CASE:
            commands[name].setEnabled(self._case is not None)
        if self._window.isWindowModified() != self.editing.has_unsaved:
            self._window.setWindowModified(self.editing.has_unsaved)
        self._update_marks()
        self._update_view()

    def _update_marks(self) -> None:
        keyed = self.editing.boxes.uids
        for viewer in self._viewers:
            viewer.slider.set_keyed(i for i, uid in enumerate(_find_uids(viewer)) if uid in keyed)

    def _update_view(self) -> None:
        """Say in the status bar what is being edited."""
        own = self.editing.draft or self.editing.selected
        self._window.status_line.show_edit(
            "" if own is None else _describe_edit(own, self._find_spacing())
        )

    # --- unlocking --------------------------------------------------------------------------

    def _ask_unlock(self) -> None:
        state = self._window.viewer.state
        if self._case is None or state.series_case is None:
            return
        found = find_expert_boxes(self._case)
        on_series = next(iter(state.series_case.annotations.values()), ())
        folder = find_folder(state.series_case.series, state.annotations or on_series)
        if not found.get(folder):
            self._toasts.show_toast(
                tr("There are no expert's boxes of {folder} to unlock.").format(folder=folder)
            )
            return
        if folder in self.editing.boxes.unlocked:
            reader = self.editing.boxes.unlocked[folder].reader
            self._toasts.show_toast(
                tr("The expert's boxes of {folder} are unlocked by {reader}.").format(
                    folder=folder, reader=reader
                )
            )
            return
        dialog = UnlockDialog(self._window, folder, len(found[folder]), self.reader_name)
        self.unlock_dialog = dialog

        def unlock() -> None:
            self.reader_name = dialog.name.text().strip()
            self.editing.unlock(folder, self.reader_name, found[folder])

        dialog.accepted.connect(unlock)
        dialog.open()

    def _find_spacing(self) -> tuple[float, float] | None:
        shown = self._window.viewer.state.slice
        return None if shown is None else shown.pixel_spacing_mm


def _find_uids(viewer: ViewerPanel) -> list[str]:
    """Return the slices of a viewer's series."""
    series_case = viewer.state.series_case
    slices = () if series_case is None else series_case.series.slices
    return [each.sop_instance_uid for each in slices]


def _describe_edit(own: OwnBox, spacing_mm: tuple[float, float] | None) -> str:
    """Return what the status bar says of a box; millimetres first where rows and columns have."""
    box = own.box
    place = f"x {box.x1:.0f}–{box.x2:.0f}  y {box.y1:.0f}–{box.y2:.0f}"
    size = f"{box.width:.0f} × {box.height:.0f} px"
    if spacing_mm is not None:
        row_mm, column_mm = spacing_mm
        size = f"{box.width * column_mm:.1f} × {box.height * row_mm:.1f} mm  ({size})"
    return f"{describe_own(own)}  {size}  {place}"

"""Ties settings and keys to the window: what is chosen holds at once, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMenuBar

from ctbox.errors import CtboxError
from ctbox.gui.actions import follow_tip
from ctbox.gui.help_dialogs import ShortcutSheet
from ctbox.gui.preferences.key_bindings import KeyBindings
from ctbox.gui.session import Session
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.training_commands import TrainingCommands
from ctbox.gui.translation import tr
from ctbox.gui.window_presets import FIRST_DIGIT, LAST_DIGIT
from ctbox.settings import HIDEABLE_OVERLAYS, Settings

if TYPE_CHECKING:  # the pages are built when they are first wanted
    from ctbox.gui.layouts.mpr_view import MprView
    from ctbox.gui.lesions.panel import LesionsPanel
    from ctbox.gui.preferences.dialog import SettingsDialog

_RESET = (
    "theme", "smooth", "invert_window_drag", "cine_fps", "show_outline", "hidden_overlays",
    "language", "device", "default_model", "confidence",
)  # fmt: skip
_PLANE_STEPS = {
    "previous_slice": -1, "next_slice": 1, "back_ten": -10, "forward_ten": 10,
    "first_slice": -(10**6), "last_slice": 10**6,
}  # fmt: skip


class PreferencesCommands(QObject):
    """Shows the settings dialog and the sheet of keys, and applies what is chosen.

    Parameters
    ----------
    session : Session
        The window, what works for it, and the settings it began with.
    training : TrainingCommands
        Has the model store, and says which model predicts.
    runner : TaskRunner
        Measures and empties the cache.
    lesions : LesionsPanel
        Names keys of commands.
    planes : sequence of MprView
        Scroll by the keys that scroll slices.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        training: TrainingCommands,
        runner: TaskRunner,
        lesions: LesionsPanel,
        planes: Sequence[MprView],
    ) -> None:
        super().__init__(session)
        self._session, self._training, self._runner = session, training, runner
        self._window = session.window
        self._hidden = session.settings.hidden_overlays
        self._language = session.settings.language
        self._first_model = session.prediction.model
        self._before: Settings | None = None
        self.dialog: SettingsDialog | None = None
        self.sheet: ShortcutSheet | None = None
        fixed = find_fixed_keys(self._window.menuBar())
        self.bindings = KeyBindings(self._window.commands, fixed, self)
        self.bindings.use(session.settings.shortcuts, session.settings.own_shortcuts)
        self.bindings.changed.connect(self.changed)
        session.state.preferred_smooth = session.settings.smooth
        self._apply_hidden(self._hidden)
        self._planes = planes
        self._follow_keys(lesions)
        self.bindings.changed.connect(self._give_keys)
        self._give_keys()
        self._window.commands["settings"].triggered.connect(lambda _=False: self.show())
        self._window.commands["shortcuts"].triggered.connect(lambda _=False: self.show_sheet())

    # --- what follows the keys ----------------------------------------------------------------

    def _follow_keys(self, lesions: LesionsPanel) -> None:
        """Let the tooltips that name a key go with the keys as they are."""
        commands, viewer = self._window.commands, self._window.viewer
        words = tr("Find tumours on every slice and link them to lesions")
        follow_tip(lesions.predict, commands["predict_series"], words)
        words = tr("Where the model looked. It is not a segmentation.")
        follow_tip(lesions.attention.shown, commands["attention"], words)
        follow_tip(viewer.cine_speed, commands["cine"], tr("Slices a second of cine"))

    def _give_keys(self) -> None:
        """Let the planes scroll by the keys that scroll slices."""
        steps = {
            key: step
            for name, step in _PLANE_STEPS.items()
            for key in self.bindings.find_keys(name)
        }
        for plane in self._planes:
            plane.key_steps = steps

    # --- settings -----------------------------------------------------------------------------

    def collect(self, settings: Settings) -> Settings:
        """Return the settings with what was changed here."""
        # Once another model was chosen, the store alone says which one predicts.
        is_first = self._session.prediction.model == self._first_model
        return replace(
            settings,
            device=self._session.prediction.device,
            default_model=settings.default_model if is_first else None,
            hidden_overlays=self._hidden,
            language=self._language,
            shortcuts=self.bindings.profile.name,
            own_shortcuts=self.bindings.own,
        )

    @property
    def current(self) -> Settings:
        """What holds now; the model is the one that predicts, None for the shipped default."""
        settings = self.collect(self._session.collect_settings())
        return replace(settings, default_model=self._session.prediction.model)

    def apply(self, wanted: Settings) -> None:
        """Let these settings hold at once; fields that belong to no page are passed over."""
        before = self.current
        appliers = self._find_appliers()
        for name in (each.name for each in fields(Settings)):
            if name in appliers and getattr(before, name) != getattr(wanted, name):
                appliers[name](getattr(wanted, name))
        keys = (wanted.shortcuts, wanted.own_shortcuts)
        if keys != (before.shortcuts, before.own_shortcuts):
            self.bindings.use(*keys)
        if self.dialog is not None:
            self.dialog.show_settings(self.current)
        self.changed.emit()

    def _find_appliers(self) -> dict[str, Callable[..., object]]:
        commands, session = self._window.commands, self._session
        return {
            "theme": lambda theme: commands["theme"].setChecked(theme == "light"),
            "smooth": self._apply_smooth,
            "invert_window_drag": commands["invert_drag"].setChecked,
            "cine_fps": self._window.viewer.set_cine_speed,
            "show_outline": commands["outline"].setChecked,
            "hidden_overlays": self._apply_hidden,
            # What is built already keeps its words: it holds from the next start on.
            "language": lambda code: setattr(self, "_language", code),
            "device": session.prediction.set_device,
            "default_model": self._apply_model,
            "confidence": session.state.store.set_threshold,
            "save_folder": lambda folder: setattr(session.editing.saving, "folder", folder),
            "reader_name": lambda name: setattr(session.editing, "reader_name", name),
        }

    def _apply_smooth(self, smooth: bool) -> None:
        self._session.state.preferred_smooth = smooth
        self._session.state.set_smooth(smooth)

    def _apply_hidden(self, hidden: tuple[str, ...]) -> None:
        state = self._session.state
        # Only what differs from before: what was shown or hidden by key stays so.
        turned = set(hidden) ^ set(self._hidden) if self.dialog is not None else set(hidden)
        self._hidden = hidden
        shown = {name: name not in hidden for name in HIDEABLE_OVERLAYS if name in turned}
        state.set_overlays(replace(state.overlays, **shown))

    def _apply_model(self, name: str | None) -> None:
        try:
            self._training.store.activate(name)
        except CtboxError as error:
            self._session.show_failure(error)
        else:
            self._training.take_active_model()

    # --- the dialogs --------------------------------------------------------------------------

    def show_sheet(self) -> None:
        """Show all keys as they are now."""
        title = tr(self.bindings.profile.title)
        self.sheet = ShortcutSheet(self._window.commands, self._window, title)
        self.sheet.change_requested.connect(self._on_change_requested)
        self.sheet.open()

    def _on_change_requested(self) -> None:
        from ctbox.gui.preferences.dialog import KEYS

        self.show()
        if self.dialog is not None:
            self.dialog.go_to(KEYS)

    def show(self) -> None:
        """Show the settings."""
        from ctbox.gui.preferences.dialog import SettingsDialog
        from ctbox.gui.preferences.disk_places import find_places
        from ctbox.gui.preferences.files_page import FilesPage
        from ctbox.gui.preferences.key_page import KeyPage
        from ctbox.gui.preferences.prediction_page import PredictionPage
        from ctbox.gui.preferences.reading_page import ReadingPage

        if self.dialog is not None:
            return
        store = self._training.store
        files = FilesPage(find_places())
        prediction = PredictionPage(store.list(), store.default_name)
        pages = (ReadingPage(), prediction, files, KeyPage(self.bindings))
        dialog = SettingsDialog(pages, self._window)
        dialog.show_settings(self.current)
        dialog.wanted.connect(self._on_wanted)
        dialog.reset_requested.connect(self._on_reset)
        dialog.undo_requested.connect(self._on_undo)
        dialog.finished.connect(self._on_finished)
        files.open_requested.connect(self._open_folder)
        files.empty_requested.connect(self._empty_cache)
        self.dialog = dialog
        dialog.open()
        self._measure_cache()

    def _on_wanted(self, settings: Settings) -> None:
        self.apply(settings)
        if self.dialog is not None:
            self.dialog.tell("")

    def _on_finished(self) -> None:
        self.dialog = None

    # --- back to the defaults -----------------------------------------------------------------

    def _on_reset(self, is_keys: bool) -> None:
        before = self.current
        if is_keys:
            profile = self.bindings.profile.name
            own = {name: keys for name, keys in self.bindings.own.items() if name != profile}
            wanted, told = replace(before, own_shortcuts=own), tr("All keys are the profile's.")
        else:
            defaults = Settings()
            values = {name: getattr(defaults, name) for name in _RESET}
            wanted, told = replace(before, **values), tr("Defaults restored.")
        self._before = before
        self.apply(wanted)
        if self.dialog is not None:
            self.dialog.tell(told, can_undo=True)

    def _on_undo(self) -> None:
        if self._before is not None and self.dialog is not None:
            self.apply(self._before)
            self._before = None
            self.dialog.tell(tr("As before."))

    # --- folders ------------------------------------------------------------------------------

    def _open_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            is_shown = QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        except OSError:
            is_shown = False
        if self.dialog is not None:
            told = (
                ""
                if is_shown
                else tr("No program here shows folders. It is {folder}.").format(folder=folder)
            )
            self.dialog.files.note.setText(told)

    def _measure_cache(self) -> None:
        from ctbox.gui.preferences.disk_places import find_places, measure_folder

        handle = self._runner.start(measure_folder, find_places()[-1].folder)
        handle.finished.connect(self._on_measured)

    def _empty_cache(self) -> None:
        from ctbox.gui.preferences.disk_places import empty_folder, find_places

        if any(each.title for each in self._runner.running) and self.dialog is not None:
            self.dialog.files.note.setText(
                tr("Something is running that may need it: try again then.")
            )
            return
        handle = self._runner.start(
            empty_folder, find_places()[-1].folder, title=tr("Emptying the cache")
        )
        handle.finished.connect(self._on_measured)

    def _on_measured(self, size: int) -> None:
        if self.dialog is not None:
            self.dialog.files.show_cache_size(size)
            self.dialog.files.note.setText("")


def find_fixed_keys(bar: QMenuBar) -> dict[str, str]:
    """Return the keys that belong to no command, with what they do."""
    fixed = {
        str(digit): tr("shows a display window") for digit in range(FIRST_DIGIT, LAST_DIGIT + 1)
    }
    for action in bar.actions():
        key = QKeySequence.mnemonic(action.text()).toString()
        if key:
            fixed[key] = tr("opens the menu {text}").format(text=action.text().replace("&", ""))
    return fixed

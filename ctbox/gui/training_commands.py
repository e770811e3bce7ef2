"""The commands that fine-tune and manage models; what they need is loaded on first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.session import Session
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.translation import tr
from ctbox.workflows.model_store import ModelStore

if TYPE_CHECKING:  # the evaluation's libraries come with them: not at the window's start
    from ctbox.gui.training.comparison import Comparison
    from ctbox.gui.training.models_dialog import ModelsDialog
    from ctbox.gui.training.run import TrainingRun
    from ctbox.gui.training.wizard import TrainingWizard
    from ctbox.workflows.open_case import Case

_RUN_STEP = 5


class TrainingCommands(QObject):
    """Ties fine-tuning and the models to a window.

    Parameters
    ----------
    session : Session
        The window, what works for it, and its notes.
    runner : TaskRunner
        Has worker processes named "training" and "comparison".
    """

    def __init__(self, session: Session, runner: TaskRunner) -> None:
        super().__init__(session.window)
        self._window, self._runner = session.window, runner
        self._prediction, self._notifier = session.prediction, session.notifier
        self._toasts = session.toasts
        self._case_path: tuple[Path, Path | None] | None = None
        self.store = ModelStore()
        self.wizard: TrainingWizard | None = None
        self.models: ModelsDialog | None = None
        self._comparison: Comparison | None = None
        self._run: TrainingRun | None = None
        session.cases.case_opened.connect(self._on_case_opened)
        commands = self._window.commands
        commands["fine_tune"].triggered.connect(self._on_fine_tune)
        commands["training_run"].triggered.connect(self._on_training_run)
        commands["models"].triggered.connect(self._on_models)

    def _on_case_opened(self, case: Case, request: OpenRequest) -> None:
        self._case_path = (Path(case.path), request.annotations)

    def _on_fine_tune(self) -> None:
        run = self._find_run()
        if self.wizard is None or self._is_decided(self.wizard):
            self._build_wizard()
        elif run.result is not None and not self.wizard.isVisible():
            self._toasts.show_toast(tr("Adopt or discard this one first, then train the next."))
        self._show()

    def _is_decided(self, wizard: TrainingWizard) -> bool:
        """Whether nothing is lost with this wizard: its run was adopted or discarded."""
        run = self._find_run()
        if run.request is None:
            return wizard.index > _RUN_STEP  # discarded; before that, choices are waiting
        return wizard.adopt_page.is_adopted and not wizard.isVisible()

    def _on_training_run(self) -> None:
        from ctbox.workflows.fine_tune_runs import find_open_run

        run = self._find_run()
        if self.wizard is None and run.request is None:
            request = find_open_run()
            if request is None:
                self._toasts.show_toast(tr("No training run yet: AI ▸ Fine-tune for a subtype."))
                return
            self._build_wizard()
            run.find(request)
        if self.wizard is not None:
            if run.request is not None and self.wizard.index < _RUN_STEP:
                self.wizard.go_to(_RUN_STEP)
            self._show()

    def _on_models(self) -> None:
        from ctbox.gui.training.comparison import Comparison
        from ctbox.gui.training.models_dialog import ModelsDialog

        if self.models is None:
            store = self._window.viewer.state.store
            comparison = self._comparison = Comparison(self._runner, store, self)
            comparison.failed.connect(self._notifier.show_failure)
            state = self._window.viewer.state
            self.models = ModelsDialog(
                self.store, comparison, lambda: state.series_case, self._window
            )
            self.models.active_changed.connect(self.take_active_model)
        if self._comparison is not None:
            self._comparison.device = self._prediction.device
        self.models.reload()
        self.models.show()
        self.models.raise_()
        self.models.activateWindow()

    def _find_run(self) -> TrainingRun:
        from ctbox.gui.training.run import TrainingRun

        if self._run is None:
            self._run = TrainingRun(self._runner, self)
            self._run.failed.connect(self._on_run_failed)
            self._run.finished.connect(self._on_run_finished)
        return self._run

    def _build_wizard(self) -> None:
        from ctbox.gui.training.state import WizardState
        from ctbox.gui.training.wizard import TrainingWizard

        run = self._find_run()
        run.reset()
        if self.wizard is not None:
            self.wizard.deleteLater()
        state = WizardState(self.store)
        state.device = self._prediction.device
        self.wizard = TrainingWizard(state, run, self._runner, self._window)
        self.wizard.active_changed.connect(self.take_active_model)

    def _show(self) -> None:
        if self.wizard is None:
            return
        if self._case_path is not None:
            self.wizard.offer_case(*self._case_path)
        self.wizard.show()
        self.wizard.raise_()
        self.wizard.activateWindow()
        self.wizard.page.enter()

    def _on_run_failed(self, error: object) -> None:
        if self.wizard is None or not self.wizard.isVisible():
            self._notifier.show_failure(error)  # else the page says it

    def _on_run_finished(self, _result: object) -> None:
        if self.wizard is not None and not self.wizard.isVisible():
            self._toasts.show_toast(
                tr("The training run is over."),
                action_text=tr("Show"),
                on_action=self._show,
                seconds=20.0,
            )

    def take_active_model(self) -> None:
        """Predict with the store's model in use from now on, and say so."""
        name = self.store.active_name
        self._prediction.set_model(name)
        self._window.chip.show_chosen(name or self.store.default_name)
        self._toasts.show_toast(
            tr("{default_name} predicts from now on.").format(
                default_name=name or self.store.default_name
            )
        )
        if self.models is not None and self.models.isVisible():
            self.models.reload()

"""The rooms of the window that nobody sees at first: built once it is on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctbox.gui.browser.catalogue_commands import WORKER as INDEXING
from ctbox.gui.browser.catalogue_commands import CatalogueCommands
from ctbox.gui.doctor.commands import DoctorCommands
from ctbox.gui.exporting.commands import ExportCommands
from ctbox.gui.help_commands import HelpCommands
from ctbox.gui.preferences.commands import PreferencesCommands
from ctbox.gui.report.commands import WORKER as REPORTING
from ctbox.gui.report.commands import WORKER_OPTIONS as REPORTING_OPTIONS
from ctbox.gui.report.commands import ReportCommands
from ctbox.gui.review.commands import ReviewCommands
from ctbox.gui.training_commands import TrainingCommands
from ctbox.workflows.parallel import WorkerOptions

if TYPE_CHECKING:
    from ctbox.gui.app import App

WORKERS = {
    REPORTING: REPORTING_OPTIONS,
    # Training steps back behind what the user waits for, and may take long to stop a step.
    "training": WorkerOptions("training", niceness=10, cancel_limit_s=30.0),
    "comparison": WorkerOptions("comparison"),
    INDEXING: WorkerOptions(INDEXING, threads=1, niceness=5),
}


@dataclass(frozen=True)
class LaterRooms:
    """What lies behind menus, tabs and hidden docks.

    Parameters
    ----------
    training : TrainingCommands
        Fine-tuning and the models.
    catalogue : CatalogueCommands
        The collection's catalogue.
    preferences : PreferencesCommands
        Settings and keys.
    review : ReviewCommands
        Going through series one after the other.
    """

    training: TrainingCommands
    catalogue: CatalogueCommands
    preferences: PreferencesCommands
    review: ReviewCommands


def build_later_rooms(app: App) -> LaterRooms:
    """Build them and give their commands life."""
    session, runner = app.session, app.runner
    runner.add_workers(WORKERS)
    training = TrainingCommands(session, runner)
    catalogue = CatalogueCommands(session, runner, session.settings.catalogue_view)
    preferences = PreferencesCommands(
        session, training, runner, app.counting.panel, app.layouts.planes
    )
    DoctorCommands(session, runner, INDEXING)
    ExportCommands(session, runner, INDEXING)
    HelpCommands(session, app.log_path)
    ReportCommands(session, runner, app.notifier)
    return LaterRooms(training, catalogue, preferences, ReviewCommands(session, runner, catalogue))

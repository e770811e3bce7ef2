"""Makes the pictures of the fine-tuning wizard in docs/images: one of each of its eight steps.

Usage: ``python docs/training_pictures.py [CASE [--light]]``. Without CASE phantoms are made; a
short run is trained, which takes some minutes. Never keep pictures of real patients here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from make_screenshots import SIZE, Photographer

from ctbox.gui.app import App, build_app, find_application
from ctbox.gui.training.wizard import RESULT, RUN, TrainingWizard
from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext

PATIENTS, SEED, SUBTYPE = 12, 2023, "E"
ROUNDS_SHOWN = 3


def take_training_pictures(camera: Photographer, app: App, case: Path) -> None:
    """Go through the wizard on a case and keep every step."""
    app.window.commands["fine_tune"].trigger()
    wizard = app.training.wizard
    if wizard is None:
        raise ValueError("The wizard did not open.")
    wizard.pages[0].buttons[SUBTYPE].click()
    camera.keep("training-1-subtype", wizard)
    wizard.next.click()
    wizard.data.set_place(case, None)
    camera.wait(lambda: not wizard.data.problem)
    camera.keep("training-2-data", wizard)
    wizard.next.click()
    camera.keep("training-3-split", wizard)
    wizard.next.click()
    camera.keep("training-4-start-from", wizard)
    wizard.next.click()
    wizard.plan.measure.click()
    camera.settle()
    camera.keep("training-5-plan", wizard)
    take_run_pictures(camera, wizard)


def take_run_pictures(camera: Photographer, wizard: TrainingWizard) -> None:
    """Train by the preset and keep what is shown while and after it."""
    wizard.go_to(RUN)
    wizard.run_page.start.click()
    camera.wait(lambda: wizard.run.rounds >= ROUNDS_SHOWN)
    steps = wizard.run.steps[0]
    camera.wait(lambda: wizard.run.steps[0] > steps + 3)  # then the time left is known
    camera.keep_running("training-6-run", wizard)
    camera.wait(lambda: wizard.index == RESULT or wizard.run.error is not None, 3600.0)
    camera.keep("training-7-before-after", wizard)
    wizard.next.click()
    camera.keep("training-8-adopt", wizard)


def main(words: list[str]) -> None:
    """Take the pictures of the case that is named, else of new phantoms."""
    with tempfile.TemporaryDirectory(prefix="ctbox-pictures-") as scratch:
        os.environ["CTBOX_HOME"] = str(Path(scratch) / "home")
        places = [Path(word) for word in words if not word.startswith("--")]
        case = places[0] if places else Path(scratch) / "phantoms"
        if not places:
            write_collection(case, PATIENTS, SEED, TaskContext())
        application = find_application()
        app = build_app()
        app.window.resize(*SIZE)
        app.window.show()
        if "--light" in words:
            app.window.commands["theme"].setChecked(True)
        take_training_pictures(Photographer(application, app), app, case)
        app.close()


# A worker process imports this file anew: it must do nothing then.
if __name__ == "__main__":
    main(sys.argv[1:])

"""`ctbox --self-test`: does this installation do its work? Exit code 0 or 1."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ctbox import __version__
from ctbox.cli.output import err, out, print_error
from ctbox.errors import CtboxError
from ctbox.progress import TaskContext

_MODULES = (
    "highdicom.sr",
    # The decoders, which a frozen program must carry one by one.
    "imagecodecs._imcd",
    "imagecodecs._jpeg2k",
    "imagecodecs._jpeg8",
    "imagecodecs._jpegls",
    "lxml.etree",
    "matplotlib.backends.backend_agg",
    "numpy",
    "openpyxl",
    "pydicom",
    "PySide6.QtWidgets",
    "safetensors",
    "scipy.ndimage",
    "skimage.filters",
    "torch",
)
_SEED = 2024
_STEPS = 3


def run_self_test() -> int:
    """Run every check, print a line each, and return 0 if all passed, else 1."""
    out.print(f"ctbox {__version__} self-test")
    with tempfile.TemporaryDirectory(prefix="ctbox-self-test-") as folder:
        case = Path(folder) / "phantom"
        checks: tuple[tuple[str, Callable[[], str]], ...] = (
            ("imports", _check_imports),
            ("phantom", lambda: _check_phantom(case)),
            ("prediction", lambda: _check_prediction(case)),
            ("training", lambda: _check_training(case)),
            ("editing", lambda: _check_editing(Path(folder))),
            ("guide", _check_guide),
            ("window", lambda: _check_window(case)),
        )
        passed = [_run_check(name, check) for name, check in checks]
    out.print("self-test passed" if all(passed) else "self-test FAILED")
    return 0 if all(passed) else 1


def _run_check(name: str, check: Callable[[], str]) -> bool:
    started = time.monotonic()
    try:
        told = check()
    except CtboxError as error:
        print_error(error)
        out.print(f"  {name:<12} FAILED")
        return False
    except Exception:  # noqa: BLE001  # whatever breaks is what this command is there to show
        err.print(traceback.format_exc())
        out.print(f"  {name:<12} FAILED")
        return False
    out.print(f"  {name:<12} ok  {told} ({time.monotonic() - started:.1f} s)")
    return True


def _check_imports() -> str:
    for module in _MODULES:
        import_module(module)
    return f"{len(_MODULES)} libraries"


def _check_phantom(case: Path) -> str:
    from ctbox.phantom.collection import write_collection
    from ctbox.workflows.open_case import open_case

    write_collection(case, patients=1, seed=_SEED, ctx=TaskContext())
    opened = open_case(case, None, TaskContext())
    boxes = sum(each.annotation_count for each in opened.series)
    if not opened.series or not boxes:
        raise AssertionError("the phantom that was written could not be read back with its boxes")
    return f"{len(opened.series)} series, {boxes} boxes"


def _check_prediction(case: Path) -> str:
    from ctbox.workflows.detect import DetectRequest, detect
    from ctbox.workflows.open_case import open_case

    opened = open_case(case, None, TaskContext())
    result = detect(DetectRequest((opened.series[0].series,)), TaskContext())
    found = sum(len(each.detections) for each in result.series[0].slices)
    if not found:
        raise AssertionError("the shipped model found nothing in the phantom")
    return f"{result.model.name} on {result.model.device_label}: {found} boxes"


def _check_training(case: Path) -> str:
    """Fine-tune a few steps in a spawned process, from reading to judging what was saved.

    Frozen programs fail there first.
    """
    from ctbox.model.store import MODEL_IN_RUN, read_card
    from ctbox.workflows.fine_tune_plan import FineTunePlan
    from ctbox.workflows.fine_tune_request import FineTuneRequest
    from ctbox.workflows.fine_tune_tasks import try_fine_tuning
    from ctbox.workflows.parallel import WorkerOptions, WorkerProcess

    plan = FineTunePlan("Self-test", _STEPS, batch_size=2)
    out_folder = case.with_name("run")
    request = FineTuneRequest(case, None, "A", "self-test", out_folder, plan=plan)
    worker = WorkerProcess(WorkerOptions("training"))
    try:
        result = worker.run(try_fine_tuning, request)
    finally:
        worker.shutdown()
    lineage = read_card(out_folder / MODEL_IN_RUN).lineage
    if lineage is None or result.best_epoch < 1:
        raise AssertionError("the fine-tuned model was not saved")
    return f"{_STEPS} steps from {lineage.name}, saved and judged"


def _check_editing(folder: Path) -> str:
    """Draw a box, and find it again in what a killed program would leave on the disk."""
    from ctbox.annotations.box_edits import OwnBox, add_boxes
    from ctbox.annotations.store import AnnotationStore
    from ctbox.boxes import BoundingBox

    journal, left = folder / "edits.jsonl", folder / "left-by-a-kill.jsonl"
    drawn = BoundingBox(10, 20, 40, 60)
    store = AnnotationStore.open(journal, title="self-test", case_path=str(folder))
    store.apply(add_boxes("Draw box", (OwnBox(store.next_id, "1.2.3", drawn, "A"),)))
    left.write_bytes(journal.read_bytes())
    store.close()
    recovered = AnnotationStore.open(left, title="self-test", case_path=str(folder))
    found = [own.box for own in recovered.find("1.2.3")]
    recovered.close()
    if found != [drawn]:
        raise AssertionError("an edit that was never saved could not be recovered")
    return "a box drawn and recovered"


def _check_guide() -> str:
    from ctbox.paths import guide_path

    page = guide_path()
    pictures = len(list((page.parent / "images").glob("*.png")))
    if not page.is_file() or not pictures:
        raise AssertionError(f"the user guide is not where it belongs: {page}")
    return f"{pictures} pictures"


def _check_window(case: Path) -> str:
    # The check must also run where there is no screen.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    from ctbox.gui.app import check_window

    return check_window(case)

"""What the window does, each in a process of its own: start, open, paint, memory, handlers.

Run by `viewer.py`: ``python viewer_window.py WHAT FOLDER`` prints one line of JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPen, QWheelEvent
from PySide6.QtWidgets import QApplication

LIMIT_S = 120.0
WAKE_MS = 5
ZOOM_PX, BOXES, FRAMES = 1024, 10, 300


def wait(condition, application: QApplication) -> None:
    """Let the window work until something is so.

    As in the real loop, the window sleeps while there is nothing to do: one that asks again and
    again would take the interpreter from the thread that reads.
    """
    end = time.monotonic() + LIMIT_S
    waker = QTimer()
    waker.start(WAKE_MS)
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("The window did not come to it in time.")
        application.processEvents(
            QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        )
    waker.stop()


def resident_bytes() -> int:
    """Return the memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def start_window(_folder: Path) -> dict[str, float]:
    """From the process's start to the start page painted on the screen."""
    gc.disable()  # as the command does
    from ctbox.gui.app import build_app, find_application
    from ctbox.settings import load_settings

    application = find_application()
    app = build_app(load_settings().settings, completes=False)

    class Watcher(QObject):
        painted = 0.0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.painted:
                self.painted = time.time()
            return False

    watcher = Watcher()
    app.window.start_page.installEventFilter(watcher)
    app.window.show()
    wait(lambda: watcher.painted > 0, application)
    shown, computed = time.time(), time.process_time()
    app.close()
    return {"start_s": shown - float(os.environ["CTBOX_STARTED"]), "computed_s": computed}


def open_series(folder: Path) -> dict[str, object]:
    """From the request to the first slice painted, and to the last one read; and the memory."""
    from ctbox.gui.app import build_app, find_application
    from ctbox.gui.case_controller import OpenRequest

    sys.setswitchinterval(0.001)
    application = find_application()
    app = build_app()
    app.window.resize(1920, 1080)
    app.window.show()
    application.processEvents()
    viewer = app.window.viewer
    firsts, alls = [], []
    before = after = 0
    for _ in range(4):
        viewer.state.set_series(None)
        application.processEvents()
        before = before or resident_bytes()
        started = time.perf_counter()
        app.session.open(OpenRequest(folder))
        wait_for_first_slice(app, application)
        firsts.append(time.perf_counter() - started)
        wait(lambda: viewer.loader.is_finished, application)
        alls.append(time.perf_counter() - started)
        wait(lambda: not app.runner.running, application)
        after = after or resident_bytes()
    series = viewer.state.series_case.series
    volume = 2 * len(series.slices) * series.rows * series.columns
    app.close()
    return {
        "first_s": firsts[1:],
        "all_s": alls[1:],
        "memory_ratio": (after - before) / volume,
        "resident_mb": after / 1e6,
        "volume_mb": volume / 1e6,
    }


def wait_for_first_slice(app, application: QApplication) -> None:
    """Wait until a slice is painted: ahead of the others on a page of its own, or in the viewer."""
    views = (app.window.opening_page.view, app.window.viewer.view)
    wait(lambda: any(each.isVisible() and each.pixels is not None for each in views), application)
    next(each for each in views if each.isVisible()).repaint()


def paint_smooth(_folder: Path) -> dict[str, float]:
    """Interpolate pixels, as the viewer does unless told otherwise."""
    return paint_ctbox(smooth=True)


def paint_nearest(_folder: Path) -> dict[str, float]:
    """Show pixels as squares, as pyqtgraph does."""
    return paint_ctbox(smooth=False)


def paint_ctbox(*, smooth: bool) -> dict[str, float]:
    """Slice change to painted frame at 1920 × 1080, image of 1024 px, ten boxes."""
    from viewer_series import ROWS, make_image

    from ctbox.annotations.annotation import Annotation
    from ctbox.boxes import BoundingBox
    from ctbox.dicom.series import CT_IMAGE_STORAGE, InstanceSource, Series, Slice
    from ctbox.gui.app import find_application
    from ctbox.gui.theme import DARK, apply_theme
    from ctbox.gui.viewer.detection_store import DetectionStore
    from ctbox.gui.viewer.placement import Placement
    from ctbox.gui.viewer.slice_view import SliceView
    from ctbox.gui.viewer.state import ViewerState
    from ctbox.workflows.open_case import SeriesCase

    application = find_application()
    apply_theme(application, DARK)
    images = [make_image(index) for index in range(16)]
    slices = tuple(
        Slice(
            f"1.{index}", CT_IMAGE_STORAGE, "", InstanceSource(Path("x")), ROWS, ROWS,
            image_position_mm=(0.0, 0.0, -float(index)),
            image_orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
            pixel_spacing_mm=(0.7, 0.7), position_along_normal_mm=-float(index),
        )
        for index in range(16)
    )  # fmt: skip
    boxes = tuple((30 + 45 * k, 40 + 40 * k, 80 + 45 * k, 90 + 40 * k) for k in range(BOXES))
    annotations = {
        each.sop_instance_uid: tuple(
            Annotation(BoundingBox(*box), "A", each.sop_instance_uid) for box in boxes
        )
        for each in slices
    }
    state = ViewerState(DetectionStore())
    view = SliceView(state)
    view.resize(1920, 1080)
    state.set_series(SeriesCase(Series("1", slices, modality="CT",
                                       sop_class_uid=CT_IMAGE_STORAGE), annotations))  # fmt: skip
    state.set_placement(Placement(ZOOM_PX / 1080))
    state.set_smooth(smooth)
    view.show()
    application.processEvents()
    seconds = []
    for frame in range(FRAMES):
        started = now()
        state.set_slice_index(frame % 16)
        view.show_pixels(images[frame % 16])
        view.repaint()
        seconds.append(now() - started)
    return summarise(seconds[20:])


def paint_pyqtgraph(_folder: Path) -> dict[str, float]:
    """Do the same by pyqtgraph's ImageItem with ten rectangles, as its own examples do it."""
    import pyqtgraph
    from PySide6.QtWidgets import QGraphicsRectItem
    from viewer_series import make_image

    application = pyqtgraph.mkQApp()
    view = pyqtgraph.GraphicsLayoutWidget()
    view.resize(1920, 1080)
    box = view.addViewBox(lockAspect=True, invertY=True)
    images = [make_image(index) for index in range(16)]
    item = pyqtgraph.ImageItem(images[0], axisOrder="row-major")
    box.addItem(item)
    for place in range(BOXES):
        frame = QGraphicsRectItem(QRectF(30 + 45 * place, 40 + 40 * place, 50, 50))
        pen = QPen(Qt.GlobalColor.green, 2)
        pen.setCosmetic(True)
        frame.setPen(pen)
        box.addItem(frame)
    view.show()
    height = 512 * 1080 / ZOOM_PX
    box.setRange(QRectF(0, (512 - height) / 2, 512, height), padding=0)
    application.processEvents()
    seconds = []
    for frame in range(FRAMES):
        started = now()
        item.setImage(images[frame % 16], autoLevels=False, levels=(-1400, 0))
        view.viewport().repaint()
        seconds.append(now() - started)
    return summarise(seconds[20:])


def now() -> np.ndarray:
    """Return the wall clock's seconds and those that this thread has computed."""
    return np.array([time.perf_counter(), time.thread_time()])


def summarise(seconds: list[np.ndarray]) -> dict[str, float]:
    """Return median and 95th percentile in milliseconds, by the clock and of computing alone."""
    middle, high = np.percentile(1000 * np.array(seconds), (50, 95), axis=0)
    return {
        "p50_ms": middle[0],
        "p95_ms": high[0],
        "p50_cpu_ms": middle[1],
        "p95_cpu_ms": high[1],
    }


class Watched(QApplication):
    """Times every handler of the window's thread; of nested ones the outermost."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(words)
        self.depth = 0
        self.watching = False
        self.handlers: list[tuple[float, float, str]] = []

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Pass an event on and time it."""
        if self.depth or not self.watching:
            return super().notify(receiver, event)
        self.depth = 1
        started = now()
        words = f"{type(receiver).__name__} {event.type().name}"
        try:
            return super().notify(receiver, event)
        finally:
            self.depth = 0
            wall, computed = now() - started
            self.handlers.append((float(wall), float(computed), words))


def watch_handlers(folder: Path) -> dict[str, object]:
    """Find the longest handler while a series loads, is scrolled, and detections come in."""
    import viewer_detector as fast_detector

    from ctbox.gui import prediction
    from ctbox.gui.app import build_app
    from ctbox.gui.case_controller import OpenRequest

    sys.setswitchinterval(0.001)
    application = Watched(sys.argv[:1])
    app = build_app()
    app.window.resize(1920, 1080)
    app.window.show()
    wait(app.window.isVisible, application)
    for _ in range(20):
        application.processEvents()
    view, loader = app.window.viewer.view, app.window.viewer.loader
    found: dict[str, object] = {}
    application.watching = True
    app.session.open(OpenRequest(folder))
    wait(lambda: view.pixels is not None, application)
    while not (loader.is_finished and not app.runner.running):
        scroll(application, view)
    found["loading"] = describe_handlers(application)
    # The window's own controller, with a detector that gives ten boxes a slice without computing.
    prediction.detect = fast_detector.detect
    app.session.prediction.predict_series(app.window.viewer.state.series_case.series)
    while app.session.prediction.is_running:
        scroll(application, view)
    found["predicting"] = describe_handlers(application)
    application.watching = False
    app.close()
    return found


def scroll(application: QApplication, view) -> None:
    """Turn the wheel by one notch, as a user would, and let the window work."""
    turn = 120 if int(time.monotonic()) % 2 else -120
    place = QPointF(view.rect().center())
    where = QPointF(view.mapToGlobal(place.toPoint()))
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, where, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    application.sendEvent(view, event)
    end = time.monotonic() + 0.02
    while time.monotonic() < end:
        application.processEvents()


def describe_handlers(application: Watched) -> dict[str, object]:
    """Return the longest handlers since the last time, and forget them."""
    handlers, application.handlers = application.handlers, []
    by_computing = sorted(handlers, key=lambda each: -each[1])
    return {
        "longest_ms": 1000 * max(wall for wall, _, _ in handlers),
        "longest_cpu_ms": 1000 * by_computing[0][1],
        "over_50_ms": sum(wall > 0.05 for wall, _, _ in handlers),
        "over_50_cpu_ms": sum(computed > 0.05 for _, computed, _ in handlers),
        "count": len(handlers),
        "slowest": [f"{1000 * computed:.1f} ms {words}" for _, computed, words in by_computing[:3]],
    }


TASKS = {
    "start": start_window,
    "open": open_series,
    "paint": paint_smooth,
    "nearest": paint_nearest,
    "pyqtgraph": paint_pyqtgraph,
    "handlers": watch_handlers,
}


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](Path(sys.argv[2]))))

"""Pause and stop of a run in another process: two marker files in the run's folder.

Files survive whatever happens to either process, and a run that goes on later finds them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ctbox.errors import TrainingDataError
from ctbox.progress import TaskContext

_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The run stands still, or goes on."""

    paused: bool


class RunControl:
    """What the user asked of a run.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._pause, self._stop = folder / "pause", folder / "stop"

    @property
    def is_paused(self) -> bool:
        """Whether the run shall stand still."""
        return self._pause.exists()

    @property
    def is_stopped(self) -> bool:
        """Whether the training shall end now and its best weights be judged."""
        return self._stop.exists()

    def pause(self) -> None:
        """Let the run stand still at its next step."""
        _set(self._pause)

    def go_on(self) -> None:
        """Let a paused run go on."""
        _clear(self._pause)

    def stop(self) -> None:
        """End the training at the next step; what is best so far is kept and judged."""
        _set(self._stop)
        _clear(self._pause)

    def clear(self) -> None:
        """Forget what was asked of an earlier run in this folder."""
        _clear(self._pause)
        _clear(self._stop)

    def watch(self, ctx: TaskContext) -> TaskContext:
        """Return a context for the training: it waits while paused and ends when stopped.

        Parameters
        ----------
        ctx : TaskContext
            Told of everything, of `PauseChanged` too; cancelling it cancels the training.
        """
        return TaskContext(ctx.report, lambda: ctx.cancelled or self._is_over(ctx))

    def _is_over(self, ctx: TaskContext) -> bool:
        if self.is_paused and not self.is_stopped:
            ctx.report(PauseChanged(paused=True))
            while self.is_paused and not self.is_stopped and not ctx.cancelled:
                time.sleep(_POLL_S)
            ctx.report(PauseChanged(paused=False))
        return self.is_stopped


def _set(marker: Path) -> None:
    try:
        marker.touch()
    except OSError as error:
        raise TrainingDataError(
            f"The run can't be reached: {error.strerror or error}.",
            "Check that its folder is there and may be written to.",
            marker.parent,
        ) from error


def _clear(marker: Path) -> None:
    try:
        marker.unlink(missing_ok=True)
    except OSError as error:
        raise TrainingDataError(
            f"The run can't be reached: {error.strerror or error}.",
            "Check that its folder may be written to.",
            marker.parent,
        ) from error

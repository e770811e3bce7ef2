"""How fast a folder is being indexed and how long that will take; no widgets."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ctbox.progress import Progress

WINDOW_S = 15.0
"""The rate is that of the last seconds: archives and loose files go at different paces."""
SURE_AFTER_S = 1.0
_APART_S = 0.25


@dataclass(frozen=True, slots=True)
class IndexingNews:
    """How far the indexing is.

    Parameters
    ----------
    name : str
        The folder's name.
    stage : str
        What is being done, in the workflow's words; "" at the very beginning.
    done : int
        Units finished in this stage.
    total : int or None
        Units in all; None while unknown.
    rate : float or None
        Units a second; None while that cannot be told.
    seconds_left : float or None
        Until this stage ends; None while that cannot be told.
    is_stopping : bool
        Whether it was asked to stop.
    """

    name: str
    stage: str = ""
    done: int = 0
    total: int | None = None
    rate: float | None = None
    seconds_left: float | None = None
    is_stopping: bool = False


class IndexingPace:
    """Tells rate and time left from updates as they come.

    Parameters
    ----------
    name : str
        The folder's name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._stage: str | None = None
        self._seen: deque[tuple[float, int]] = deque()

    def take(self, progress: Progress, now_s: float) -> IndexingNews:
        """Return the news after an update.

        Parameters
        ----------
        progress : Progress
            What came.
        now_s : float
            When, on a clock that never goes back.
        """
        seen = self._seen
        if progress.message != self._stage or (seen and progress.done < seen[-1][1]):
            self._stage = progress.message
            seen.clear()
        if not seen or now_s - seen[-1][0] >= _APART_S:
            seen.append((now_s, progress.done))
        while len(seen) > 2 and now_s - seen[1][0] >= WINDOW_S:
            seen.popleft()
        rate = self._compute_rate(progress.done, now_s)
        left = None
        if rate and progress.total is not None:
            left = max(0, progress.total - progress.done) / rate
        return IndexingNews(self._name, progress.message, progress.done, progress.total, rate, left)

    def _compute_rate(self, done: int, now_s: float) -> float | None:
        since, first = self._seen[0]
        elapsed = now_s - since
        return (done - first) / elapsed if elapsed >= SURE_AFTER_S and done > first else None

"""Draw the next batches in a thread while the network learns from this one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
AHEAD = 2


class Prefetcher(Generic[ItemT]):
    """Calls a function a number of times, in one thread and in order, a few calls ahead.

    All randomness is the function's own and one thread calls it, so what comes out is what
    calling it here would give.

    Parameters
    ----------
    draw : callable
        Makes one item.
    count : int
        Items in all.
    ahead : int
        Items made before they are asked for; memory is bounded by them.
    """

    def __init__(self, draw: Callable[[], ItemT], count: int, ahead: int = AHEAD) -> None:
        self._draw, self._left, self._ahead = draw, count, ahead
        self._waiting: deque[Future[ItemT]] = deque()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ctbox-prefetch")

    def __enter__(self) -> Prefetcher[ItemT]:
        self._ask()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self) -> ItemT:
        """Return the next item; what making it raised is raised here.

        Raises
        ------
        IndexError
            If all have been taken.
        """
        item = self._waiting.popleft()
        self._ask()
        return item.result()

    def _ask(self) -> None:
        while self._left and len(self._waiting) < self._ahead:
            self._left -= 1
            self._waiting.append(self._pool.submit(self._draw))

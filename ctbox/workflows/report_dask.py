"""Judge series on a Dask cluster, by the same function that runs in a worker process here."""

from __future__ import annotations

import importlib.util
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ctbox.errors import CtboxError
from ctbox.progress import TaskContext
from ctbox.workflows.report_pool import JobEnd, describe_end, sort_jobs
from ctbox.workflows.report_series import SeriesJob, judge_series
from ctbox.workflows.task_end import TaskEnd, run_to_end

_POLL_S = 0.1
_CONNECT_S = 20
_AHEAD = 2


def judge_remotely(job: SeriesJob) -> TaskEnd:
    """Judge a series on a worker of the cluster; whatever it raises is its end, never Dask's."""
    return run_to_end(judge_series, job, TaskContext())


@dataclass(frozen=True, slots=True)
class DaskPool:
    """The workers of a cluster, which must see the images and models under the same paths.

    Parameters
    ----------
    address : str
        Of the scheduler, such as "tcp://10.0.0.5:8786".
    """

    address: str

    def judge(
        self, jobs: Sequence[SeriesJob], ctx: TaskContext, on_slices: Callable[[int], None]
    ) -> Iterator[JobEnd]:
        """Yield every job's end as it comes; stops early, without an error, if cancelled.

        Only a few jobs for each worker are sent ahead, so that neither side fills up.

        Raises
        ------
        CtboxError
            If Dask is missing, or no scheduler answers.
        CheckpointError, DeviceError
            If a model or the device cannot be used there.
        """
        del on_slices  # a cluster tells of whole series only
        client = self._connect()
        try:
            waiting = deque(sort_jobs(jobs))
            running: dict[Any, SeriesJob] = {}
            while (waiting or running) and not ctx.cancelled:
                room = _AHEAD * max(1, sum(client.nthreads().values())) - len(running)
                for _ in range(min(room, len(waiting))):
                    job = waiting.popleft()
                    running[client.submit(judge_remotely, job, pure=False)] = job
                time.sleep(_POLL_S)
                for future in [one for one in running if one.done()]:
                    yield self._finish(future, running.pop(future))
            client.cancel(list(running))
        finally:
            client.close()

    def _connect(self) -> Any:
        if importlib.util.find_spec("distributed") is None:
            raise CtboxError("Dask is not installed.", "Install it with: pip install 'ctbox[dask]'")
        from distributed import Client

        try:
            return Client(  # type: ignore[no-untyped-call]
                self.address, timeout=_CONNECT_S, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise CtboxError(
                f"No Dask scheduler answers at {self.address}.",
                "Start one with `dask scheduler` and name its address, such as "
                "tcp://127.0.0.1:8786.",
                self.address,
            ) from error

    def _finish(self, future: Any, job: SeriesJob) -> JobEnd:
        if future.status != "finished":
            # The task itself raises nothing, so this is a worker that died again and again.
            return JobEnd(job, reason="The cluster lost the worker that had it, several times.")
        return describe_end(job, future.result())

"""A fine-tuning's tasks by name, for a worker process: the window hands these over unimported.

Everything heavy is imported inside, so that whoever only names a task stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_request import FineTuneRequest

if TYPE_CHECKING:
    from ctbox.workflows.fine_tune_estimate import Estimate
    from ctbox.workflows.fine_tune_results import FineTuneResult


def run_fine_tuning(request: FineTuneRequest, ctx: TaskContext) -> FineTuneResult:
    """Fine-tune; see `ctbox.workflows.fine_tune.fine_tune`."""
    from ctbox.workflows.fine_tune import fine_tune

    return fine_tune(request, ctx)


def try_fine_tuning(request: FineTuneRequest, ctx: TaskContext) -> FineTuneResult:
    """Fine-tune with the smallest phantoms to check by, to see that it is done at all."""
    from ctbox.workflows.fine_tune import fine_tune
    from ctbox.workflows.fine_tune_phantoms import PhantomSize

    size = PhantomSize(rows=128, slices=4, per_letter=1, letters=("A", "G"))
    return fine_tune(request, ctx, size)


def measure_estimate(request: FineTuneRequest, ctx: TaskContext) -> Estimate:
    """Take a few steps; see `ctbox.workflows.fine_tune_estimate.estimate_run`."""
    from ctbox.workflows.fine_tune_estimate import estimate_run

    return estimate_run(request, ctx)

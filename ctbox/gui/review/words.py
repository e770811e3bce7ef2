"""A review's decisions and progress in the window's words."""

from __future__ import annotations

from ctbox.gui.translation import mark, tr
from ctbox.workflows.review_queue import Decision, ReviewQueue

_WORDS = {
    Decision.ACCEPTED: mark("accepted"),
    Decision.FIXED: mark("fixed"),
    Decision.REJECTED: mark("rejected"),
}


def describe_decision(decision: Decision) -> str:
    """Return a decision as a word."""
    return tr(_WORDS[decision])


def describe_progress(queue: ReviewQueue) -> str:
    """Return how far a review is, such as ``12 of 40 · 3 fixed``."""
    parts = [tr("{done} of {total}").format(done=queue.count(), total=len(queue.items))]
    for decision in (Decision.FIXED, Decision.REJECTED):
        count = queue.count(decision)
        parts += [f"{count} {describe_decision(decision)}"] if count else []
    return " · ".join(parts)

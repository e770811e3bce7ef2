"""The user guide's pictures of the attention map and of a review."""

from __future__ import annotations

from collections.abc import Callable

from ctbox.gui.app import App

Keep = Callable[..., None]
Wait = Callable[[Callable[[], bool]], None]


def take_attention_picture(app: App, keep: Keep, wait: Wait) -> None:
    """Keep the map over the shown slice; the model looks once more for it."""
    state, command = app.window.viewer.state, app.window.commands["attention"]
    shown = state.slice
    if shown is None:
        return
    command.setChecked(True)
    wait(lambda: state.store.find_attention(shown.sop_instance_uid) is not None)
    wait(lambda: not app.session.prediction.is_running)
    dismiss_notes(app)
    keep("attention")
    command.setChecked(False)


def take_review_picture(app: App, keep: Keep, wait: Wait) -> None:
    """Keep the first series of a review, with its panel."""
    app.window.commands["review_start"].trigger()
    dialog = app.review.starter.dialog
    if dialog is None:
        return
    dialog.start.click()
    wait(lambda: app.review.state.queue is not None)
    wait(lambda: app.window.viewer.loader.is_finished)
    dismiss_notes(app)
    keep("review")


def dismiss_notes(app: App) -> None:
    """Clear the short notes away."""
    for toast in app.session.notices:
        toast.dismiss()

"""The command itself: its words, and what a mistake ends with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ctbox import __version__
from ctbox.cli import (
    data_commands,
    doctor_commands,
    export_commands,
    fine_tune_commands,
    index_commands,
    model_commands,
    model_store_commands,
    report_commands,
    training_commands,
    window_commands,
)
from ctbox.cli.output import (
    EXIT_CANCELLED,
    EXIT_ERROR,
    RESEARCH_NOTICE,
    err,
    exit_with,
    out,
    print_error,
)
from ctbox.errors import CtboxError
from ctbox.progress import TaskCancelledError

app = typer.Typer(
    name="ctbox",
    help=f"Find lung tumours on CT. {RESEARCH_NOTICE}",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"ctbox {__version__}")
        exit_with(0)


def _run_self_test(wanted: bool) -> None:
    if wanted:
        from ctbox.cli.self_test import run_self_test

        exit_with(run_self_test())


@app.callback(invoke_without_command=True)
def ctbox(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    self_test: Annotated[
        bool,
        typer.Option(
            "--self-test",
            callback=_run_self_test,
            is_eager=True,
            help="Check imports, a phantom, prediction, training and a window; exit 0 or 1.",
        ),
    ] = False,
) -> None:
    """Open the window, or run one of the commands below."""
    del version, self_test  # handled by their callbacks
    if context.invoked_subcommand is None:
        exit_with(window_commands.open_window())


window_commands.register(app)
data_commands.register(app)
model_commands.register(app)
model_store_commands.register(app)
training_commands.register(app)
fine_tune_commands.register(app)
doctor_commands.register(app)
export_commands.register(app)
report_commands.register(app)
index_commands.register(app)


def run(words: Sequence[str]) -> int:
    """Run the command with these words and return its exit code.

    0 is success, 1 an error the user can act on, 2 wrong words or nothing that could be read,
    130 a cancelled run.
    """
    try:
        app(args=list(words), prog_name="ctbox")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except CtboxError as error:
        print_error(error)
        return EXIT_ERROR
    except (TaskCancelledError, KeyboardInterrupt):
        err.print("Cancelled.")
        return EXIT_CANCELLED
    return 0

"""`ctbox models` and what it can do with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ctbox.cli.output import err, out

if TYPE_CHECKING:  # json, hashlib and more come with it; --help should not wait for that
    from ctbox.workflows.model_store import ModelStore

models = typer.Typer(
    help="List, show, export, import, activate and delete models.",
    invoke_without_command=True,
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
)
_Name = Annotated[str, typer.Argument(help="A model's name, as `ctbox models` lists it.")]


def _open_store() -> ModelStore:
    from ctbox.workflows.model_store import ModelStore

    return ModelStore()


@models.callback()
def models_callback(context: typer.Context) -> None:
    """List, show, export, import, activate and delete models."""
    if context.invoked_subcommand is None:
        list_models()


@models.command("list")
def list_models() -> None:
    """List the models that can be named with --model."""
    store = _open_store()
    table = Table(box=None, header_style="bold", pad_edge=False)
    titles = ("Name", "", "Architecture", "Parameters", "From", "Trained", "MB", "sha256")
    for title in titles:
        table.add_column(title)
    for each in store.list():
        if each.card is not None and each.problem is None:
            card = each.card
            table.add_row(
                each.name,
                "active" if each.is_active else "",
                card.architecture,
                f"{card.parameters:,}",
                each.parent or ("shipped" if each.is_shipped else ""),
                card.date[:10],
                f"{each.size_bytes / 1e6:.1f}",
                card.weights_sha256[:12],
            )
    out.print(table)
    for each in store.list():
        if each.problem is not None:
            err.print(f"{each.folder}: {each.problem}")
    _ = store.default_name  # says so where the shipped model is missing


@models.command()
def show(name: _Name) -> None:
    """Print a model's card: what it was trained on, its figures, its limits."""
    from ctbox.model.card_readme import format_readme

    found = _open_store().find(name)
    if found.card is not None:
        out.print(format_readme(found.card))
    if found.problem is not None:
        err.print(found.problem)


@models.command()
def export(
    name: _Name, target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]
) -> None:
    """Write a model as one file."""
    from ctbox.workflows.model_store_file import SUFFIX

    if not target.suffix:
        target = target.with_suffix(SUFFIX)
    out.print(f"Written: {_open_store().export(name, target)}")


@models.command("import")
def import_model(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    name: Annotated[str | None, typer.Option(help="Another name for it.")] = None,
) -> None:
    """Take in a model file, verified by size and sha256."""
    found = _open_store().import_file(source, name)
    out.print(f"Imported: {found.name}")


@models.command()
def adopt(
    folder: Annotated[Path, typer.Argument(help="A run's folder, or a model's.")],
    name: Annotated[str | None, typer.Option(help="Another name for it.")] = None,
    even_if_worse: Annotated[
        bool,
        typer.Option("--even-if-worse", help="Although it lost more than 0.03 on old subtypes."),
    ] = False,
) -> None:
    """Take a trained or fine-tuned model into the store."""
    from ctbox.errors import CheckpointError
    from ctbox.model.store import find_model
    from ctbox.workflows.fine_tune_runs import is_over, mark_adopted, read_forgotten

    model = find_model(folder)
    run = model.parent if is_over(model.parent) else model
    forgotten = read_forgotten(run)
    if forgotten and not even_if_worse:
        raise CheckpointError(
            f"On old subtypes the model is worse than before. {'; '.join(forgotten)}.",
            "Adopt it all the same with --even-if-worse.",
            run,
        )
    found = _open_store().adopt(model, name)
    mark_adopted(run)
    out.print(f"Adopted: {found.name}. `ctbox models activate {found.name}` puts it to use.")


@models.command()
def activate(name: _Name) -> None:
    """Let the window predict with a model from now on."""
    _open_store().activate(name)
    out.print(f"Active in the window: {name}. Commands take it by --model {name}.")


@models.command("roll-back")
def roll_back() -> None:
    """Go back to the model that was active before."""
    out.print(f"Active again: {_open_store().roll_back()}")


@models.command()
def delete(name: _Name) -> None:
    """Put a model into the bin; `restore` takes it out again."""
    _open_store().delete(name)
    out.print(f"In the bin: {name}. `ctbox models restore {name}` takes it out again.")


@models.command()
def restore(name: _Name) -> None:
    """Take the last deleted model of this name out of the bin."""
    out.print(f"Restored: {_open_store().restore(name).name}")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(models, name="models")

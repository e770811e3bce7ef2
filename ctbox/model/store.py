"""Find the models at hand and read their cards, without torch and without touching weights.

A model is a folder ``<name>/`` with ``model.safetensors``, ``card.json`` and ``README.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctbox import paths
from ctbox.errors import CheckpointError
from ctbox.model.card import ModelCard, is_model_name
from ctbox.model.card_json import parse_card
from ctbox.model.manifest import read_manifest

WEIGHTS_FILE = "model.safetensors"
CARD_FILE = "card.json"
README_FILE = "README.md"
_REFUSED_SUFFIXES = {
    ".pt": "a pickle",
    ".pth": "a pickle",
    ".pkl": "a pickle",
    ".pickle": "a pickle",
    ".ckpt": "a pickle",
    ".bin": "a pickle",
    ".joblib": "a pickle",
    ".zip": "an archive",
    ".tar": "an archive",
    ".gz": "an archive",
    ".npz": "an archive",
    ".h5": "an HDF5 file",
    ".onnx": "an ONNX graph",
}
MODEL_IN_RUN = "model"
"""Where a training run keeps its model."""

_FORMAT_HINT = (
    f"ctbox loads only a folder with {WEIGHTS_FILE} and {CARD_FILE}: "
    "a pickle can run any program when it is opened."
)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One folder of the model store.

    Parameters
    ----------
    name : str
        The folder's name, by which the model is called.
    folder : pathlib.Path
        Where it lies.
    card : ModelCard or None
        Its card; None where it can't be read.
    problem : str or None
        Why it can't be used, or None.
    """

    name: str
    folder: Path
    card: ModelCard | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ModelListing:
    """What was found in the model folders.

    Parameters
    ----------
    models : tuple of ListedModel
        By folder, then by name.
    """

    models: tuple[ListedModel, ...]

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Cards of the models that can be called by their name."""
        return tuple(m.card for m in self.models if m.card is not None and m.problem is None)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each model that can't, naming its folder."""
        return tuple(f"{m.folder}: {m.problem}" for m in self.models if m.problem is not None)


def find_model(reference: str | Path | None = None, folders: Sequence[Path] | None = None) -> Path:
    """Return the folder of a model.

    Parameters
    ----------
    reference : str or pathlib.Path, optional
        A model's name, the path of its folder or of a file in it; None means the shipped
        default.
    folders : sequence of pathlib.Path, optional
        Where names are looked up, first hit wins; `ctbox.paths.model_folders` if not given.

    Raises
    ------
    CheckpointError
        If there is no such model, or the reference names a kind of file that is refused.
    """
    searched = paths.model_folders() if folders is None else tuple(folders)
    if reference is None:
        reference = _find_default_name(searched)
    if isinstance(reference, str) and is_model_name(reference):
        for parent in searched:
            folder = settle_folder(parent / reference)
            if folder is not None:
                return folder
    return _find_by_path(Path(reference).expanduser(), searched)


def _find_default_name(folders: Sequence[Path]) -> str:
    for folder in folders:
        manifest = read_manifest(folder)
        if manifest is not None and manifest.default is not None:
            return manifest.default
    raise CheckpointError(
        "No shipped model was found.",
        "Install ctbox anew, or name a model with --model.",
        folders[0] if folders else None,
    )


def _find_by_path(path: Path, searched: Sequence[Path]) -> Path:
    kind = _REFUSED_SUFFIXES.get(path.suffix.lower())
    if kind is not None:
        message = f"'{path.name}' is {kind}; such files are never opened as a model."
        raise CheckpointError(message, _FORMAT_HINT, path)
    if path.name in (WEIGHTS_FILE, CARD_FILE, README_FILE) and path.is_file():
        path = path.parent
    if not (path / CARD_FILE).is_file() and settle_folder(path / MODEL_IN_RUN) is not None:
        path = path / MODEL_IN_RUN  # the folder of a training run
    folder = settle_folder(path)
    if folder is not None:
        return folder
    if path.is_file():
        message = f"'{path.name}' is a single file, not a model's folder."
        raise CheckpointError(message, _FORMAT_HINT, path)
    known = [model.name for model in list_models(searched).models]
    hint = f"Known models: {', '.join(known)}." if known else "No model is installed."
    raise CheckpointError(f"There is no model '{path}'.", hint)


def settle_folder(folder: Path) -> Path | None:
    """Return the folder to read a model from, or None where there is none.

    A model is replaced by two renames. Should the process die between them, the model is
    whole under `previous_folder`, and that is what is returned.
    """
    for candidate in (folder, previous_folder(folder)):
        if candidate.is_dir():
            return candidate
    return None


def previous_folder(folder: Path) -> Path:
    """Return where a model that is being replaced waits."""
    return folder.with_name(f".{folder.name}.previous")


def read_card(
    reference: str | Path | None = None, folders: Sequence[Path] | None = None
) -> ModelCard:
    """Return the card of a model; its weights are neither read nor verified.

    Parameters
    ----------
    reference, folders
        As for `find_model`.

    Raises
    ------
    CheckpointError
        If there is no such model, or its card is missing, damaged or of a later schema.
    """
    return read_card_file(find_model(reference, folders) / CARD_FILE)


def read_card_file(path: Path) -> ModelCard:
    """Return the card in one file.

    Raises
    ------
    CheckpointError
        If it is missing, damaged or of a later schema.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        message = "The model has no card, so nothing says what its weights are."
        raise CheckpointError(message, f"Put its {CARD_FILE} back beside it.", path) from error
    except OSError as error:
        message = f"The model card can't be read ({error.strerror})."
        raise CheckpointError(message, "Check the file's permissions.", path) from error
    return parse_card(data, str(path))


def list_models(folders: Sequence[Path] | None = None) -> ModelListing:
    """Return every model in these folders by folder and name, problems included.

    Parameters
    ----------
    folders : sequence of pathlib.Path, optional
        `ctbox.paths.model_folders` if not given; missing ones are passed over.
    """
    searched = paths.model_folders() if folders is None else folders
    listed: dict[str, ListedModel] = {}
    models = []
    for parent in searched:
        for folder in _find_model_folders(parent):
            model = _describe(folder, hidden_by=listed.get(folder.name))
            listed.setdefault(folder.name, model)
            models.append(model)
    return ModelListing(tuple(models))


def _find_model_folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(
        entry for entry in parent.iterdir() if entry.is_dir() and is_model_name(entry.name)
    )


def _describe(folder: Path, hidden_by: ListedModel | None) -> ListedModel:
    try:
        card = read_card_file(folder / CARD_FILE)
    except CheckpointError as error:
        return ListedModel(folder.name, folder, problem=f"{error.message} {error.hint}")
    problem = None
    if not (folder / WEIGHTS_FILE).is_file():
        problem = f"Its weights ({WEIGHTS_FILE}) are missing."
    elif (size := (folder / WEIGHTS_FILE).stat().st_size) != card.weights_bytes:
        problem = f"Its weights have {size} bytes where the card says {card.weights_bytes}."
    elif hidden_by is not None:
        problem = f"The model in {hidden_by.folder} has the same name and is taken first."
    elif card.name != folder.name:
        problem = f"Its card calls it '{card.name}': give the folder that name."
    return ListedModel(folder.name, folder, card, problem)

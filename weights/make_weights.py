"""Make the shipped weights anew; `make weights DATA=/path/to/lung-pet-ct-dx` calls this."""

from __future__ import annotations

import argparse
from pathlib import Path

from ctbox.cli.output import out, print_error, watched_task
from ctbox.cli.training_commands import describe_training
from ctbox.errors import CtboxError
from ctbox.workflows.ship_weights import ship_weights

WEIGHTS = Path(__file__).resolve().parent


def main() -> int:
    """Train and ship; a stopped run goes on when it is started again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dicom", type=Path, help="folder of the annotated collection")
    parser.add_argument("--state", type=Path, default=WEIGHTS.parent / "runs" / "shipped")
    words = parser.parse_args()
    try:
        with watched_task("Training the shipped weights", describe_training) as ctx:
            card = ship_weights(words.dicom, WEIGHTS, words.state, ctx)
    except CtboxError as error:
        print_error(error)
        return 1
    out.print(f"{card.name}: sha256 {card.weights_sha256}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

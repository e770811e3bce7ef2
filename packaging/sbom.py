"""The list of parts in CycloneDX 1.5: `python packaging/sbom.py dist/ctbox`."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from parts import Part, find_parts

_NAMESPACE = uuid.UUID("5b6ad6c1-3cf0-5d0a-8a7e-2f9d3a0c7c55")


def build_document(parts: list[Part], version: str, seconds: int) -> dict[str, Any]:
    """Return the document; the same parts give the same one.

    Parameters
    ----------
    parts : list of Part
        What lies in the bundle.
    version : str
        Of ctbox.
    seconds : int
        Time of the release.
    """
    listed = "".join(f"{each.name}={each.version};" for each in parts)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, version + listed)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": f"ctbox@{version}",
                "name": "ctbox",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [_describe(each) for each in parts],
    }


def _describe(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{part.name}@{part.version}" if part.version else part.name,
        "name": part.name,
        "licenses": [{"expression": part.licence}],
    }
    if part.version:
        told["version"] = part.version
    if part.is_distribution:
        name = part.name.lower().replace("_", "-")
        # A local version ("+cpu") is written with %2B (the purl specification, "version").
        told["purl"] = f"pkg:pypi/{name}@{quote(part.version, safe='')}"
    return told


def write_sbom(bundle: Path, version: str, seconds: int) -> Path:
    """Write the document into the bundle and return its path."""
    target = bundle / "_internal" / "sbom.cdx.json"
    document = build_document(find_parts(bundle), version, seconds)
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    from file_lists import find_release_time

    root = Path(__file__).resolve().parent.parent
    sys.path.insert(0, str(root))
    from ctbox import __version__

    print(write_sbom(Path(sys.argv[1]), __version__, find_release_time(root)))

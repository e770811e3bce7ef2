"""Complete PyInstaller's Info.plist: `python packaging/macos/complete_plist.py dist/ctbox.app`."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path
from typing import Any


def complete(told: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the property list with ctbox's version, documents and demands."""
    # PyInstaller takes a program with a console for one without a window: it would have neither
    # a menu bar nor a place in the Dock.
    kept = {key: value for key, value in told.items() if key != "LSBackgroundOnly"}
    return {
        **kept,
        "CFBundleIdentifier": "org.ctbox.ctbox",
        "CFBundleName": "ctbox",
        "CFBundleDisplayName": "ctbox",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSMinimumSystemVersion": "13.0",
        "LSApplicationCategoryType": "public.app-category.medical",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "Apache License 2.0. Research use only, not for diagnosis.",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "DICOM image",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["org.nema.dicom"],
                "CFBundleTypeExtensions": ["dcm", "dicom"],
            }
        ],
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": "org.nema.dicom",
                "UTTypeDescription": "DICOM image",
                "UTTypeConformsTo": ["public.image"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["dcm", "dicom"],
                    "public.mime-type": ["application/dicom"],
                },
            }
        ],
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from ctbox import __version__

    path = Path(sys.argv[1]) / "Contents" / "Info.plist"
    path.write_bytes(plistlib.dumps(complete(plistlib.loads(path.read_bytes()), __version__)))

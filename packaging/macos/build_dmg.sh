#!/usr/bin/env bash
# Wrap dist/ctbox.app into dist/ctbox-VERSION.dmg; run on macOS after packaging/build.py.
#
# CODESIGN_IDENTITY  a "Developer ID Application" certificate's name; "-" signs for this machine
# NOTARY_PROFILE     notarytool's keychain profile; without it nothing is sent to Apple
set -euo pipefail
cd "$(dirname "$0")/../.."
identity=${CODESIGN_IDENTITY:--}
app=dist/ctbox.app
python=${PYTHON:-.venv/bin/python}
version=$("$python" -c 'import ctbox; print(ctbox.__version__)')
dmg=dist/ctbox-$version.dmg

"$python" packaging/macos/complete_plist.py "$app"
plutil -lint "$app/Contents/Info.plist" packaging/macos/entitlements.plist
cp dist/ctbox/_internal/licences.txt dist/ctbox/_internal/sbom.cdx.json "$app/Contents/Resources/"

options=(--force --sign "$identity" --entitlements packaging/macos/entitlements.plist)
if [ "$identity" != - ]; then options+=(--options runtime --timestamp); fi
# Inner code first, the whole last: --deep would give every library the entitlements.
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 |
    xargs -0 codesign --force --sign "$identity"
codesign "${options[@]}" "$app"
codesign --verify --strict "$app"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
rm -f "$dmg"
hdiutil create -volname "ctbox $version" -srcfolder "$stage" -format ULMO "$dmg"
if [ "$identity" != - ]; then codesign --sign "$identity" --timestamp "$dmg"; fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$dmg" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$dmg"
fi
(cd dist && shasum -a 256 "${dmg##*/}" >"${dmg##*/}.sha256")

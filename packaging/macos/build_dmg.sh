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
# The program looks beside its code, macOS wants data in Resources: a link serves both.
for list in licences.txt sbom.cdx.json; do
    cp "dist/ctbox/_internal/$list" "$app/Contents/Resources/"
    ln -sf "../Resources/$list" "$app/Contents/Frameworks/$list"
done

options=(--force --sign "$identity")
if [ "$identity" != - ]; then options+=(--options runtime --timestamp); fi
# Inner code first, the whole last: --deep would give every library the entitlements. Frameworks'
# libraries and helper programs have no ending: what they are stands in their first bytes.
find "$app/Contents/Frameworks" "$app/Contents/Resources" -type f -print0 |
    while IFS= read -r -d '' file; do
        case $(head -c 4 "$file" | od -An -tx1 | tr -d ' \n') in
            cffaedfe | cefaedfe | cafebabe | cafebabf) codesign "${options[@]}" "$file" ;;
        esac
    done
find "$app/Contents" -type d -name '*.framework' -prune -print0 |
    while IFS= read -r -d '' folder; do codesign "${options[@]}" "$folder"; done
codesign "${options[@]}" --entitlements packaging/macos/entitlements.plist "$app"
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

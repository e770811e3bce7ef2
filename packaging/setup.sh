#!/usr/bin/env bash
# Make .venv with ctbox in it, and what Qt needs of a Debian or Ubuntu system.
#
#   packaging/setup.sh run    what `make run` needs
#   packaging/setup.sh dev    what `make test` needs as well
#   packaging/setup.sh package  what `make package` needs as well as `run`
#
# PYTHON       the interpreter to use (3.11 to 3.13); found if not set
# TORCH_INDEX  a package index with the CPU build of torch, where PyPI's own build has CUDA
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
venv=.venv

say() { printf 'ctbox: %s\n' "$*" >&2; }

python_fits() {
    "$1" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if command -v "$candidate" >/dev/null && python_fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11, 3.12 or 3.13 was not found. Install one, or name it: make ${2:-run} PYTHON=/path/to/python3"
    exit 1
}

# Shared library -> Debian package. Only what is missing is asked for.
qt_libraries="libEGL.so.1=libegl1 libGL.so.1=libgl1 libglib-2.0.so.0=libglib2.0-0
libfontconfig.so.1=libfontconfig1 libxkbcommon.so.0=libxkbcommon0 libdbus-1.so.3=libdbus-1-3"
x11_libraries="libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4
libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-image.so.0=libxcb-image0
libxcb-render-util.so.0=libxcb-render-util0 libxcb-randr.so.0=libxcb-randr0
libxcb-shape.so.0=libxcb-shape0 libxcb-xkb.so.1=libxcb-xkb1
libxkbcommon-x11.so.0=libxkbcommon-x11-0 libX11-xcb.so.1=libx11-xcb1"

# What the package declares as its needs must be on the building machine to be looked up.
package_libraries="libwayland-client.so.0=libwayland-client0 libwayland-cursor.so.0=libwayland-cursor0
libxcb-util.so.1=libxcb-util1 libgssapi_krb5.so.2=libgssapi-krb5-2 libbrotlidec.so.1=libbrotli1"

find_browser() {
    local name
    for name in chromium-headless-shell chromium google-chrome microsoft-edge; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

# A bare machine knows no packages yet; Ubuntu has this one not at all.
is_packaged() {
    apt-cache show "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" -eq 0 ]; then apt-get update -q >/dev/null; fi
    apt-cache show "$1" >/dev/null 2>&1
}

find_missing_packages() {
    local known entry
    known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
    [ "$kind" = package ] || package_libraries=
    for entry in $qt_libraries $x11_libraries $package_libraries; do
        case $known in
            *"${entry%%=*} "*) ;;
            *) printf '%s ' "${entry#*=}" ;;
        esac
    done
    if [ -z "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null)" ]; then
        printf 'fonts-dejavu-core '
    fi
    # The report's page is tested in a browser; whoever only runs ctbox has one or needs none.
    if [ "$kind" = dev ] && ! find_browser && is_packaged chromium-headless-shell; then
        printf 'chromium-headless-shell '
    fi
    if [ "$kind" = package ] && ! command -v objdump >/dev/null; then
        printf 'binutils '
    fi
    if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        printf 'python3-venv '
    fi
}

install_system_packages() {
    [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null || return 0
    local missing
    missing=$(find_missing_packages "$1")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        say "installing system packages: $missing"
        apt-get update -q >/dev/null
        # shellcheck disable=SC2086  # a list of packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
    else
        say "Qt needs some system packages. Run this line, then the same command again:"
        printf '    sudo apt-get install -y %s\n' "$missing" >&2
        exit 1
    fi
}

# The bundled interpreter's own venv folder may be half made after an interruption.
make_environment() {
    if [ ! -x $venv/bin/python ] || ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "making $venv with $1"
        rm -rf $venv
        "$1" -m venv $venv
    fi
    if [ -n "${TORCH_INDEX:-}" ]; then
        say "installing torch from the index you named"
        $venv/bin/python -m pip install -q --disable-pip-version-check \
            --index-url "$TORCH_INDEX" "$(grep '^torch==' constraints.txt)"
    fi
    say "installing ctbox and its packages (a minute or two; seconds the next time)"
    local target=.
    [ "$kind" = dev ] && target='.[dev]'
    $venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e "$target"
    if [ "$kind" = package ]; then
        $venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt pyinstaller
    fi
}

python=$(find_python "$kind")
install_system_packages "$python"
stamp=$(cat pyproject.toml constraints.txt | cksum | tr -d ' \n')-$(cd . && pwd | cksum | tr -d ' \n')
if [ "$(cat $venv/.ctbox-$kind 2>/dev/null)" != "$stamp" ]; then
    make_environment "$python"
    printf '%s' "$stamp" >$venv/.ctbox-$kind
    # A development environment holds all that running needs.
    [ "$kind" = run ] || printf '%s' "$stamp" >$venv/.ctbox-run
fi
exit 0

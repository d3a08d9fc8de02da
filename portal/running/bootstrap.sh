#!/bin/sh
# Makes .venv with the locked dependencies, or does nothing when it is already that. Usage: bootstrap.sh base|dev
set -eu

cd "$(dirname "$0")/../.."
wanted="${1:-base}"
venv="${GENKAN_VENV:-.venv}"
lock="requirements/$wanted.lock"
stamp="$venv/.genkan-$wanted"

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if command -v "$candidate" >/dev/null 2>&1 && is_recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found="$(python3 --version 2>/dev/null || echo 'no Python')"
    echo "Genkan needs Python 3.11 or newer; this machine offers ${PYTHON:-$found}. Install one, or name it: PYTHON=/path/to/python3.12 make run" >&2
    exit 1
}

fingerprint() { "$venv/bin/python" -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest(), sys.version.split()[0])' "$lock"; }

# A virtual environment whose Python or pip does not answer was left half-made, or its Python has been uninstalled.
if [ -e "$venv" ] && ! { is_recent "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    echo "$venv is incomplete or belongs to another Python; making it again."
    rm -rf "$venv"
fi
if [ ! -e "$venv" ]; then
    python="$(find_python)"
    echo "Making $venv with $("$python" --version)."
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "$python could not make a virtual environment. On Debian and Ubuntu its venv module is a package of its own: apt install python3-venv" >&2
        exit 1
    fi
fi
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$(fingerprint)" ]; then
    echo "Installing the locked dependencies ($lock)."
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"; then
        echo "The dependencies could not be installed; the lines above say why. Run the same command again once that is mended." >&2
        exit 1
    fi
    fingerprint >"$stamp"
fi

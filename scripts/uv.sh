#!/bin/sh
# Runs uv with the given arguments: the one on the PATH, or else one installed into .cache/uv.
set -eu

# It must really run (a pyenv shim may not) and be new enough to know dependency groups.
usable() { "$1" pip compile --help 2>/dev/null | grep -q -e --group; }

fail() { printf '%s\n' "$@" >&2; exit 1; }

install_uv() {
    # Asked from / because a pyenv shim refuses to run beside a .python-version that it lacks.
    show_path='import sys; sys.version_info >= (3, 8) or sys.exit(1); print(sys.executable)'
    base=$(cd / && python3 -c "$show_path" 2>/dev/null) ||
        base=$(/usr/bin/python3 -c "$show_path" 2>/dev/null) ||
        fail 'No python3 (3.8 or newer) runs here. Install Python 3, then try again.'

    echo '==> Installing uv into .cache/uv' >&2
    rm -rf .cache/uv
    mkdir -p .cache
    # Debian's python3 comes without venv and pip.
    if ! has ensurepip && ! has pip && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo '==> Installing python3-venv with apt-get' >&2
        { apt-get update && apt-get install -y python3-venv; } </dev/null >.cache/apt.log 2>&1 ||
            cat .cache/apt.log >&2
    fi
    if has ensurepip && "$base" -m venv .cache/uv; then
        pip_install .cache/uv/bin/python
    elif has pip; then
        pip_install "$base" --target .cache/uv
    else
        fail 'uv is not on the PATH, and this python3 has neither venv nor pip to install it with.' \
            'Install one of the three (on Debian and Ubuntu: apt-get install python3-venv), then try again.'
    fi || fail 'uv could not be installed (see above). Check the network, then try again.'
}

has() { "$base" -c "import $1" 2>/dev/null; }

pip_install() {
    python=$1
    shift
    "$python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r scripts/uv.txt "$@" >&2
}

if usable uv; then exec uv "$@"; fi
if ! usable .cache/uv/bin/uv; then install_uv; fi
exec .cache/uv/bin/uv "$@"

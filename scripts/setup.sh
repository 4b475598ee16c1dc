#!/bin/sh
# Brings Python and the pinned packages into .venv; does nothing when they are there already.
set -eu

say() { echo "==> $*" >&2; }
fail() { echo "Set-up stopped: $*" >&2; exit 1; }
uv() { sh scripts/uv.sh "$@"; }

# All that the result depends on, this folder's path included. Written into .venv at the very
# end, so that an interrupted set-up runs again.
state=$(pwd; cat requirements.lock .python-version localmux/pyproject.toml scripts/*.sh | cksum)
if [ -x .venv/bin/python ] && [ "$(cat .venv/set-up 2>/dev/null)" = "$state" ]; then exit 0; fi

# first_python OPERATOR COMMAND...: the path of the first Python of that version that really runs
# (python3.13 may be a pyenv shim that refuses to, and uv's own search would stop at it).
wanted=$(cat .python-version)
first_python() {
    operator=$1
    shift
    for command in "$@"; do
        "$command" -c "
import sys
wanted = [int(part) for part in '$wanted'.split('.')]
print(sys.executable) if list(sys.version_info[:2]) $operator wanted else sys.exit(1)
" 2>/dev/null && return
    done
    return 1
}

make_venv() {
    rm -rf .venv
    pyenv_versions="${PYENV_ROOT:-${HOME:-}/.pyenv}/versions"
    if python=$(first_python '==' "python$wanted" python3 "$pyenv_versions/$wanted"*/bin/python); then
        say "Making .venv with $python"
        uv venv --quiet --python "$python" .venv
        return
    fi
    say "Making .venv with a Python $wanted that uv brings"
    uv venv --quiet --managed-python --python "$wanted" .venv && return
    # A newer Python is better than none.
    python=$(first_python '>=' python3) ||
        fail "no Python $wanted here, and uv could not bring one (see above). Install Python $wanted or check the network, then try again."
    say "Making .venv with $python instead"
    uv venv --quiet --python "$python" .venv
}

uv --version >/dev/null || exit 1 # it has said why
first_python '>=' .venv/bin/python >/dev/null || make_venv

say 'Installing the packages into .venv (the first time this takes a minute)'
uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r requirements.lock ||
    fail 'a package could not be installed (see above). Check the network, then try again.'
uv pip install --quiet --python .venv/bin/python --no-deps -e localmux ||
    fail 'localmux could not be installed (see above).'
echo "$state" > .venv/set-up

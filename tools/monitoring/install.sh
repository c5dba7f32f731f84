#!/usr/bin/env bash
# Says in which folder prometheus and promtool are: `bash tools/monitoring/install.sh`. They come from Debian's
# package, and are kept in the user's cache. Ends with 77 where they can't be had.
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
    skip 'neither prometheus and promtool are here, nor apt-get and dpkg to fetch them with'
  # Built aside and moved: an installation that was cut short is not taken for a whole one.
  fresh="$HOME_OF_IT.$$"
  trap 'rm -rf "$fresh"' EXIT
  mkdir -p "$fresh"
  (cd "$fresh" && apt-get download -q prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb) >&2 ||
    skip 'the package prometheus can not be fetched'
  rm -rf "$HOME_OF_IT"
  mv "$fresh" "$HOME_OF_IT"
fi
echo "$HOME_OF_IT/usr/bin"

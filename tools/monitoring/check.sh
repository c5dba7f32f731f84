#!/usr/bin/env bash
# Checks metrics, alerts and dashboard with a real Prometheus that scrapes the real service:
# `bash tools/monitoring/check.sh`, after a build. Prometheus comes from Debian's package and is kept in the user's
# cache. Ends with 77 where it can't be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/nestjs-kafka-consumer/prometheus"

skip() {
  echo "skipped: $1"
  exit 77
}

if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then
  if [[ ! -x $HOME_OF_IT/usr/bin/promtool ]]; then
    command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
      skip 'neither prometheus and promtool are here, nor apt-get and dpkg to fetch them with'
    # Built aside and moved: an installation that was cut short is not taken for a whole one.
    fresh="$HOME_OF_IT.$$"
    trap 'rm -rf "$fresh"' EXIT
    mkdir -p "$fresh"
    (cd "$fresh" && apt-get download -q prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb) ||
      skip 'the package prometheus can not be fetched'
    rm -rf "$HOME_OF_IT"
    mv "$fresh" "$HOME_OF_IT"
  fi
  PATH="$HOME_OF_IT/usr/bin:$PATH"
fi

node_modules/.bin/node --disable-warning=TimeoutNegativeWarning dist/tools/monitoring/main.js "$@"

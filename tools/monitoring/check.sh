#!/usr/bin/env bash
# Checks metrics, alerts and dashboard with a Prometheus that scrapes the service:
# `bash tools/monitoring/check.sh`, after a build. Exits with 77 if Prometheus cannot be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$(bash tools/monitoring/install.sh)
PATH="$folder:$PATH"

node_modules/.bin/node --disable-warning=TimeoutNegativeWarning dist/tools/monitoring/main.js "$@"

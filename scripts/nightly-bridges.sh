#!/usr/bin/env bash
# 200 jobs at the same time through each bridge that promises to start each once, while workers of Baton are killed: too long for CI.
# Usage: scripts/nightly-bridges.sh [SYSTEM…]
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- celery prefect
npm run --silent systems -- up "$@"
mkdir -p reports
for system in "$@"; do
  log="reports/bridge-$system.log"
  # The titles of the suites are the names of the systems.
  BATON_JOBS="${BATON_JOBS:-200}" npx vitest run --project e2e test/e2e/bridge-exact.test.ts -t "$system" 2>&1 | tee "$log"
  grep -q '^1 passed' "$log" || { echo "error: no test of $system has passed" >&2 && exit 1; }
done

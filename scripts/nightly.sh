#!/usr/bin/env bash
# What is too long for CI: the tests that have a larger size or need BATON_NIGHTLY, 10,000 events through each broker while gateways are
# killed, and 200 jobs at the same time through each bridge that promises to start each once, while workers of Baton are killed.
# The logs are in reports/; that of a broker has a line every 15 seconds. On two cores that have other work, a broker takes a quarter of an hour.
# Usage: scripts/nightly.sh [PART…]; a part is tests, redis, rabbitmq, kafka, celery or prefect; default all.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- tests redis rabbitmq kafka celery prefect
export BATON_NIGHTLY=1
mkdir -p reports
failed=()

# exact PART FILE TITLE: runs one test. It has not passed either if the system is not there, and the test was skipped.
exact() {
  npm run --silent systems -- up "$1"
  npx vitest run --project e2e "$2" -t "$3" 2>&1 | tee "reports/nightly-$1.log" || true
  grep -q '^1 passed, 0 failed' "reports/nightly-$1.log" || failed+=("$1")
}

# All test files that import test/support/nightly.ts, without those that have a part of their own.
tests() {
  npm run --silent systems -- up redis rabbitmq kafka celery
  mapfile -t files < <(grep -rl --include='*.test.ts' '/nightly\.js' test | grep -v -e gateway-exact -e bridge-exact)
  npx vitest run "${files[@]}" 2>&1 | tee reports/nightly-tests.log || failed+=(tests)
}

for part in "$@"; do
  case $part in
    tests) tests ;;
    # The titles of these suites have the names in quotes.
    redis | rabbitmq | kafka) exact "$part" test/e2e/gateway-exact.test.ts "'$part'" ;;
    celery | prefect) exact "$part" test/e2e/bridge-exact.test.ts "$part" ;;
    *) echo "error: expected tests, redis, rabbitmq, kafka, celery or prefect, got $part" >&2 && exit 2 ;;
  esac
done
[ ${#failed[@]} -eq 0 ] || { echo "error: these have not passed: ${failed[*]}" >&2 && exit 1; }

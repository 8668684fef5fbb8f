#!/usr/bin/env bash
# 10,000 events through each broker, while gateways are killed: too long for CI. The log of each broker is in reports/; it has a line every
# 15 seconds. On two cores that have other work it takes a quarter of an hour for each broker.
# Before that, the faults of gateways and of agents behind queues that take long.
# Usage: scripts/nightly-events.sh [BROKER…]
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- redis rabbitmq kafka
npm run --silent systems -- up "$@"
mkdir -p reports
failed=()
BATON_NIGHTLY=1 npx vitest run test/e2e/gateway-faults.test.ts test/e2e/gateway-killed.test.ts test/events/requests.integration.test.ts 2>&1 |
  tee reports/events-faults.log || failed+=(faults)
for kind in "$@"; do
  log="reports/events-$kind.log"
  # The titles of the suites have the kinds in quotes.
  BATON_EVENTS="${BATON_EVENTS:-10000}" npx vitest run --project e2e test/e2e/gateway-exact.test.ts -t "'$kind'" 2>&1 |
    tee "$log" || true
  # Also if the broker is not there, and the test was skipped.
  grep -q '^1 passed, 0 failed' "$log" || failed+=("$kind")
done
[ ${#failed[@]} -eq 0 ] || { echo "error: these have not passed: ${failed[*]}" >&2 && exit 1; }

#!/usr/bin/env bash
# 10,000 events through each broker, while gateways are killed: too long for CI. The log of each broker is in reports/.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run --silent systems -- up redis rabbitmq kafka
mkdir -p reports
for kind in redis rabbitmq kafka; do
  BATON_EVENTS="${BATON_EVENTS:-10000}" npx vitest run --project e2e test/e2e/gateway-exact.test.ts -t "^$kind" 2>&1 |
    tee "reports/events-$kind.log"
done

// One agent: a booking service that is about to go down. With OUTAGE_BREAKER=off nothing keeps calls from it.
import { defineConfig, httpAgent } from 'baton-orchestrator';

const url = process.env['OUTAGE_SERVICE'] ?? 'http://127.0.0.1:8080/';

export default defineConfig({
  taskQueue: 'outage',
  agents: [
    httpAgent({
      type: 'booking',
      description: 'Books whatever it is given',
      url,
      // Enough to outlive the outage, with or without a breaker.
      retry: { attempts: 60, initial: '200ms', factor: 2, max: '2s' },
      ...(process.env['OUTAGE_BREAKER'] === 'off'
        ? {}
        : { breaker: { window: { count: 20 }, minCalls: 10, failureRate: 50, openFor: '3s', probes: 2 } }),
    }),
  ],
});

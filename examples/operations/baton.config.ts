// Agents behind one service, with what protects them in operation: a pool, a circuit breaker, a Task Queue of its own.
import { defineConfig, httpAgent } from 'baton-orchestrator';

const service = process.env['SHOP_SERVICE'] ?? 'http://127.0.0.1:8080';

const shop = (type: string, description: string) =>
  httpAgent({ type, description, url: `${service}/${type}`, timeout: '10s', retry: { attempts: 2, initial: '100ms' } });

export default defineConfig({
  taskQueue: 'operations',
  agents: [
    shop('search', 'Finds an item in the catalogue'),
    shop('stock', 'Reserves an item'),
    shop('pay', 'Takes the money'),
    shop('ship', 'Sends a parcel'),
    shop('refund', 'Gives the money back'),
    // Three failures open the breaker. Then calls wait until two of them, 75 seconds later, succeed.
    httpAgent({
      type: 'mail',
      description: 'Sends a letter',
      url: `${service}/mail`,
      retry: { attempts: 60, initial: '200ms', max: '2s' },
      breaker: { window: { count: 10 }, minCalls: 3, failureRate: 50, openFor: '75s', probes: 2 },
    }),
    httpAgent({ type: 'render', description: 'Draws a poster', url: `${service}/render`, pool: 'licences' }),
    httpAgent({ type: 'report', description: 'Writes a report', url: `${service}/report`, taskQueue: 'reports' }),
  ],
  pools: [{ name: 'licences', resources: [{ id: 'the-only-one', capacity: 1 }] }],
  brokers: [{ name: 'shop', kind: 'redis', url: { env: 'REDIS_URL' } }],
  subscriptions: [
    {
      name: 'orders',
      from: { broker: 'shop', stream: 'orders' },
      when: "{% $event.type = 'order.created' %}",
      start: { plan: './plans/order.yaml', input: '{% $event.data %}' },
      // Attempts of one minute.
      attempts: 18,
    },
  ],
});

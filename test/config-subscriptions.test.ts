import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load.js';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'baton-config-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

const PLAN = { name: 'order', tasks: { wait: { event: 'paid' } } };
const BROKERS = [{ name: 'shop', kind: 'redis', url: { env: 'REDIS_URL' } }];
const ORDERS = { name: 'orders', from: { broker: 'shop', stream: 'orders' }, start: { plan: './plan.json' } };

const load = () => loadConfig(directory, undefined, { self: () => import('../src/index.js') });

async function loadData(parts: object) {
  await writeFile(join(directory, 'plan.json'), JSON.stringify(PLAN));
  await writeFile(join(directory, 'baton.config.json'), JSON.stringify({ agents: [], ...parts }));
  return await load();
}

test('subscriptions are read with the plans that they start, relative to the configuration', async () => {
  const deliver = { name: 'payments', from: { broker: 'shop', stream: 'p' }, deliver: { run: 'r', event: 'paid' } };
  const config = await loadData({ brokers: BROKERS, subscriptions: [ORDERS, deliver], gateway: { listen: '[::1]:0' } });
  expect(config).toMatchObject({
    brokers: BROKERS,
    subscriptions: [{ settings: ORDERS, plan: PLAN }, { settings: deliver }],
    gateway: { listen: '[::1]:0' },
  });
});

test('a plan may be the name of one in the configuration, or the plan itself', async () => {
  const named = { ...ORDERS, start: { plan: 'known' } };
  const whole = { ...ORDERS, name: 'whole', start: { plan: PLAN } };
  const config = await loadData({ brokers: BROKERS, subscriptions: [named, whole], plans: { known: PLAN } });
  expect(config?.subscriptions.map(({ plan }) => plan)).toEqual([PLAN, PLAN]);
});

test('YAML and TypeScript say the same', async () => {
  const yaml = `
agents: []
brokers: [{ name: shop, kind: redis, url: { env: REDIS_URL } }]
subscriptions:
  - { name: orders, from: { broker: shop, stream: orders }, start: { plan: { name: order, tasks: { wait: { event: paid } } } } }
`;
  await writeFile(join(directory, 'baton.config.yaml'), yaml);
  const fromYaml = await load();
  await rm(join(directory, 'baton.config.yaml'));
  const parts = { agents: [], brokers: BROKERS, subscriptions: [{ ...ORDERS, start: { plan: PLAN } }] };
  const code = `import { defineConfig } from 'baton-orchestrator';\nexport default defineConfig(${JSON.stringify(parts)});\n`;
  await writeFile(join(directory, 'baton.config.ts'), code);
  const fromCode = await load();
  expect(fromCode?.subscriptions).toEqual(fromYaml?.subscriptions);
  expect(fromCode?.brokers).toEqual(fromYaml?.brokers);
});

const FILE = 'baton.config.json';

test.each([
  [
    { subscriptions: [{ ...ORDERS, start: { plan: './none.yaml' } }] },
    /^baton\.config\.json: subscriptions\[0\]\.start\.plan: .*none\.yaml/,
  ],
  [
    { subscriptions: [{ ...ORDERS, start: { plan: { name: 'p', tasks: { a: { agent: 'none' } } } } }] },
    /^baton\.config\.json: subscriptions\[0\]\.start\.plan: tasks\.a\.agent: /,
  ],
  [
    { subscriptions: [{ ...ORDERS, when: '{% $event. %}' }] },
    /^baton\.config\.json: subscriptions\[0\]\.when: expected a JSONata expression, got an error: /,
  ],
  [
    { subscriptions: [{ ...ORDERS, from: { broker: 'shp', stream: 'x' } }] },
    `${FILE}: subscriptions[0].from.broker: expected the name of a broker, got "shp"; did you mean "shop"?`,
  ],
  [
    { subscriptions: [{ ...ORDERS, attempt: 3 }] },
    `${FILE}: subscriptions[0]: unknown key "attempt"; did you mean "attempts"?`,
  ],
  [
    { subscriptions: [{ ...ORDERS, start: { plan: PLAN, inputs: 1 } }] },
    `${FILE}: subscriptions[0].start: unknown key "inputs"; did you mean "input"?`,
  ],
  [
    { subscriptions: [], brokers: [{ name: 'x', kind: 'redis', uri: 'redis://h', url: 'redis://h' }] },
    `${FILE}: brokers[0]: unknown key "uri"; did you mean "url"?`,
  ],
  [
    { subscriptions: [], gateway: { listen: '8080' } },
    `${FILE}: gateway.listen: expected HOST:PORT, such as 127.0.0.1:8080, got "8080"`,
  ],
])('a configuration that cannot be used is refused: %j', async (parts, message) => {
  await expect(loadData({ brokers: BROKERS, ...parts })).rejects.toThrow(message);
});

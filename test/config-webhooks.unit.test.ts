import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load.js';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'baton-config-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

const CHAT = { name: 'chat', url: 'https://chat.example.com/hooks', secret: { env: 'CHAT_SECRET' } };

async function load(webhooks: unknown, file = 'baton.config.json') {
  const text = JSON.stringify({ agents: [], webhooks });
  await writeFile(join(directory, file), file.endsWith('.json') ? text : `export default ${text};`);
  return await loadConfig(directory, undefined, { self: () => import('../src/index.js') });
}

test('webhooks are read, with the notices that they get', async () => {
  const pager = {
    ...{ name: 'pager', url: { env: 'PAGER_URL' }, secret: { $secret: 'PAGER' } },
    ...{ events: ['run.ended'], when: { plans: ['order'], statuses: ['failed'] } },
  };
  expect((await load([CHAT, pager]))?.webhooks).toEqual([CHAT, pager]);
});

test.each([
  ['an address that is none', { ...CHAT, url: 'chat.example.com' }, 'webhooks[0].url: expected a URL'],
  ['another protocol', { ...CHAT, url: 'ftp://chat.example.com' }, 'webhooks[0].url: expected a URL'],
  ['no secret', { ...CHAT, secret: undefined }, 'webhooks[0].secret: '],
  ['a secret in the file', { ...CHAT, secret: 'whsec_AAAA' }, 'webhooks[0].secret: expected { env: NAME }'],
  ['an unknown event', { ...CHAT, events: ['run.begun'] }, 'webhooks[0].events[0]: '],
  ['a status in which no run ends', { ...CHAT, when: { statuses: ['running'] } }, 'webhooks[0].when.statuses[0]: '],
])('a webhook with %s is refused, by its key', async (_what, webhook, message) => {
  await expect(load([webhook])).rejects.toThrow(`baton.config.json: ${message}`);
});

test('an address with a password is refused without showing it', async () => {
  const password = 'hidden';
  const error: unknown = await load([{ ...CHAT, url: `https://me:${password}@example.com` }]).catch(
    (one: unknown) => one,
  );
  expect(String(error)).toContain('webhooks[0].url: ');
  expect(String(error)).not.toContain(password);
});

test('two webhooks of one name are refused', async () => {
  await expect(load([CHAT, CHAT])).rejects.toThrow('webhooks[1].name: expected a name that no other webhook has');
});

test('onRunEnd is a function of a configuration that is code, and nothing else', async () => {
  await writeFile(join(directory, 'baton.config.mjs'), 'export default { agents: [], onRunEnd: () => undefined };');
  const config = await loadConfig(directory, 'baton.config.mjs', { self: () => import('../src/index.js') });
  expect(config?.onRunEnd).toBeInstanceOf(Function);
  await writeFile(join(directory, 'baton.config.json'), '{ "agents": [], "onRunEnd": "x" }');
  await expect(loadConfig(directory, 'baton.config.json', { self: () => import('../src/index.js') })).rejects.toThrow(
    'onRunEnd: expected a function',
  );
});

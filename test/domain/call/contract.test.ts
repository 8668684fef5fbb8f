import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { callAgentContract } from '../../../src/domain/call/contract.js';
import type { JsonSchema } from '../../../src/domain/json/schema.js';
import { compileSchema } from '../../../src/json-schema.js';
import { aRequest } from '../../activities/call.js';

const read = async (path: string) =>
  JSON.parse(await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')) as { $defs: Record<string, object> };

test.each(['docs/contracts/call-agent.json', 'clients/python/src/baton/call-agent.json'])(
  '%s is the contract of the source: npm run contract writes it',
  async (path) => {
    expect(await read(path)).toEqual(callAgentContract());
  },
);

test('the published schema of a request accepts a request, and refuses one without an agent', async () => {
  const { $defs } = await read('docs/contracts/call-agent.json');
  const check = compileSchema($defs['CallRequest']! as JsonSchema);
  const request = aRequest();
  expect(check(request)).toEqual({ ok: true, value: request });
  expect(check({ ...request, agent: undefined })).toMatchObject({ ok: false });
});

// The text about a pool for the Web UI.
import { expect, test } from 'vitest';
import { createPool } from '../../../src/domain/pool/coordinator/state.js';
import { poolPolicy } from '../../../src/domain/pool/settings.js';
import { poolStatus } from '../../../src/domain/pool/coordinator/status.js';
import { poolDetails } from '../../../src/domain/pool/text.js';

test('pool details: the markdown has a line for each resource, with special characters escaped', () => {
  const resources = [{ id: 'west', capacity: 4, weight: 2, endpoint: 'http://a:1', labels: { zone: '*x*' } }];
  const state = createPool(poolPolicy({ name: 'gpus', resources }), { hash: 'a', since: 0 }, 0);
  state.resources[0]!.ill = 'GET http://a:1/ answered 500\n| no disk';
  expect(poolDetails(poolStatus('gpus', state)).split('\n')).toEqual([
    'gpus · least-loaded · 0 workers',
    '',
    '- **west** `░░░░░░░░░░` 0 of 4 · ill: GET http://a:1/ answered 500 \\| no disk · weight 2 · http://a:1 · zone=\\*x\\*',
  ]);
});

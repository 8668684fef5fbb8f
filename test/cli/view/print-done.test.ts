// The sentence that each acting command prints, without a server.
import { expect, test } from 'vitest';
import { doneText, type Done } from '../../../src/cli/view/print-done.js';
import { poolChangeText } from '../../../src/cli/view/pool-view.js';

test.each<[Done, string]>([
  [{ did: 'pause', runId: 'r-1' }, 'run r-1 is paused: no task starts, tasks in progress continue'],
  [{ did: 'resume', runId: 'r-1' }, 'run r-1 is resumed'],
  [{ did: 'cancel', runId: 'r 1' }, "run r 1 is cancelling; it undoes its work first: baton status 'r 1' --watch"],
  [{ did: 'approve', runId: 'r-1', task: 'ok' }, 'approved: ok'],
  [{ did: 'reject', runId: 'r-1', task: 'ok' }, 'rejected: ok'],
  [{ did: 'retry', runId: 'r-1', task: 'scan' }, 'retried: scan'],
  [{ did: 'skip', runId: 'r-1', task: 'scan' }, 'skipped: scan'],
  [
    { did: 'event', runId: 'r-1', event: 'paid', state: 'taken', tasks: ['it'] },
    'delivered: paid; task it was waiting for it',
  ],
  [
    { did: 'event', runId: 'r-1', event: 'paid', state: 'kept', tasks: ['a', 'b'] },
    'kept: paid; no task waits for it now, task a or b will',
  ],
  [
    { did: 'event', runId: 'r-1', event: 'paid', state: 'kept', tasks: [] },
    'kept: paid; no task waits for it now, and it is not known yet whether one will',
  ],
  [
    { did: 'event', runId: 'r-1', event: 'paid', state: 'repeated', tasks: [] },
    'received before: paid; the run has an event with this id already, and takes it once',
  ],
  [
    { did: 'event', runId: 'r-1', event: 'paid', state: 'sent', tasks: [] },
    'sent: paid; the worker is older than this program and does not report whether a task takes it',
  ],
  [{ did: 'budget', runId: 'r-1', add: { calls: 1 } }, 'budget of run r-1 raised'],
])('doneText: %j', (done, text) => {
  expect(doneText(done)).toBe(text);
});

test.each([
  [{ id: 'a', became: 'added', inUse: 0 }, 'a of pool gpus: added'],
  [{ id: 'a', became: 'altered', inUse: 3 }, 'a of pool gpus: altered'],
  [{ id: 'a', became: 'draining', inUse: 1 }, 'a of pool gpus: draining, 1 call is in progress on it'],
  [{ id: 'a', became: 'draining', inUse: 2 }, 'a of pool gpus: draining, 2 calls are in progress on it'],
] as const)('poolChangeText: %j', (change, text) => {
  expect(poolChangeText('gpus', change)).toBe(text);
});

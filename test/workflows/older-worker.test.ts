// A new client and a run on an older worker, which does not know the update for events.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { bundleOptions } from '../../scripts/workflow-bundle-options.mjs';
import { useTimeSkipping } from '../support/temporal.js';

const workflowsPath = fileURLToPath(new URL('../fixtures/older-workflows.ts', import.meta.url));
const older = { workflowsPath, ...bundleOptions(workflowsPath), logger: new DefaultLogger('ERROR') };

const temporal = useTimeSkipping({ workflowBundle: await bundleWorkflowCode(older) });

test('deliverEvent: on an older worker the event is sent by the signal, and the answer says that nothing more is known', async () => {
  const { run, result } = await temporal.start({ name: 'p', tasks: { it: { event: 'go' } } });
  expect(await run.deliverEvent('go', { n: 1 })).toEqual({ event: 'go', state: 'sent', tasks: [] });
  expect((await result()).tasks['it']!.output).toEqual({ n: 1 });
});

test('deliverEvent: on an older worker an event with an id is refused, because it might be received twice', async () => {
  const { id, run, result } = await temporal.start({ name: 'p', tasks: { it: { event: 'go' } } });
  await expect(run.deliverEvent('go', 1, { id: 'e-1' })).rejects.toThrow(
    `id: the worker of run ${id} is older than this client, and would receive an event twice that is sent twice; ` +
      'send it without an id, or update the worker',
  );
  await run.deliverEvent('go', 2);
  expect((await result()).tasks['it']!.output).toBe(2);
});

// Records the histories that replay.test.ts replays: `RECORD_HISTORIES=1 npx vitest run test/replay/record.test.ts`.
// Only those that are not there yet: a kept history is never made anew, for it stands for runs that go on somewhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { expect, inject, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { executeUpdateWithStart } from '../../src/temporal/update-with-start.js';
import { TEST_QUEUE, useDevServer, type TestTemporal } from '../support/temporal.js';
import { KEPT_ENTITIES } from './entities.js';
import { KEPT_RUNS } from './runs.js';

/** A history is read by people, too, when it does not replay any more. */
const MAX_BYTES = 300_000;

const fileOf = (name: string): URL => new URL(`histories/${name}.json`, import.meta.url);
const isMissing = ({ name }: { readonly name: string }): boolean => !existsSync(fileOf(name));
const [missing, missingEntities] = [KEPT_RUNS.filter(isMissing), KEPT_ENTITIES.filter(isMissing)];

if (process.env['RECORD_HISTORIES'] === '1' && missing.length + missingEntities.length > 0) {
  const whole = useDevServer({ searchable: true });
  const cut = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=25'] });
  // As `worker/workflow-code.ts` does for a worker with receivers of notices.
  const code = `globalThis.batonSendsNotices = true;${readFileSync(inject('workflowBundle'), 'utf8')}`;
  const notifying = useDevServer({ searchable: true, worker: { workflowBundle: { code } } });

  test.each(missing)('$name is recorded', async (kept) => {
    const { name, plan, options, act, old, isCut, notifies, isTriedAgain, children } = kept;
    const server = notifies === true ? notifying : isCut === true ? cut : whole;
    if (old !== undefined) {
      const before = await server.start(old.plan, { ...old.options, id: `${name}-old` });
      await old.act?.(before.run);
      await before.result();
    }
    const { run, result } = await server.start(plan, { ...options, id: name });
    await act?.(run);
    await result();
    await record(server, name, name);
    if (isTriedAgain === true) {
      const again = await Baton.fromClient(server.env.client).compensate(name);
      expect((await again.result()).debt).toEqual([]);
      await record(server, again.id, again.id.replace(':', '.'));
    }
    for (const child of children ?? []) await record(server, `${name}/${child}`, `${name}.${child.replace(':', '-')}`);
  });

  test.each(missingEntities)('$name is recorded', async ({ name, workflowType, input, said }) => {
    const { client } = whole.env;
    const entity = { workflowType, workflowId: name, taskQueue: TEST_QUEUE, input, summary: name };
    for (const { update, message, afterMs = 0 } of said) {
      await setTimeout(afterMs);
      await executeUpdateWithStart(client, entity, { update, message, withinMs: 10_000 });
    }
    await record(whole, name, name);
    await client.workflow.getHandle(name).terminate();
  });
} else {
  test('every run and every shared Workflow that is to be kept has been recorded', () => {
    expect([...missing, ...missingEntities].map(({ name }) => name)).toEqual([]);
  });
}

/** Where the code lay and who ran it is nobody's business. */
function withoutTraces(key: string, value: unknown): unknown {
  if (key === 'stackTrace' || key === 'identity') return '';
  // A worker names its own queue by its process and host.
  return typeof value === 'string' ? value.replace(/^\d+@[\w.-]+/, 'worker') : value;
}

/** Each of its histories, the last one under the name itself. */
async function record({ env }: TestTemporal, workflowId: string, name: string): Promise<void> {
  let [file, runId] = [name, (await env.client.workflow.getHandle(workflowId).describe()).runId];
  for (let before = 1; runId !== ''; before++) {
    const history = await env.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const json = `${JSON.stringify(temporal.api.history.v1.History.fromObject(history), withoutTraces)}\n`;
    expect(json.length).toBeLessThan(MAX_BYTES);
    writeFileSync(fileOf(file), json);
    runId = history.events![0]!.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
    file = `${name}.before-${before}`;
  }
}

// The types of a plan reach to the result of its runs. `tsc` checks this file; no server is needed.
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Baton, StartedRun } from '../../src/client.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import { definePlan } from '../../src/domain/builder/define-plan.js';
import type { Plan } from '../../src/domain/plan/plan.js';

const counter = functionAgent({
  type: 'counter',
  input: z.object({ path: z.string() }),
  output: z.object({ lines: z.number() }),
  run: () => ({ lines: 1 }),
});

const typed = definePlan('typed', { input: z.object({ path: z.string() }) }, (p) => {
  const { output } = p.task('count', counter, { path: p.input.path });
  return p.output({ lines: output.lines, by: 'counter' });
});
const lenient = definePlan('lenient', { input: z.object({ path: z.string().optional() }) }, (p) =>
  p.output(p.task('count', counter, { path: '.' }).output),
);
const untyped = definePlan('untyped', (p) => {
  p.task('count', counter, { path: p.input.path });
  p.forEach('each', counter, p.input.files.recent, (file) => ({ path: file['name']! }));
});

/** Is never called: only its types are checked. */
async function compiled(baton: Baton): Promise<void> {
  const run = await baton.start(typed, { input: { path: '.' } });
  expectTypeOf(run).toEqualTypeOf<RunHandle<{ lines: number; by: 'counter' }>>();
  const { output, status } = await run.result({ timeout: '1m', signal: AbortSignal.timeout(1) });
  expectTypeOf(output).toEqualTypeOf<{ lines: number; by: 'counter' }>();
  expectTypeOf(status).toEqualTypeOf<'running' | 'paused' | 'completed' | 'failed' | 'cancelled'>();
  expectTypeOf(await baton.startOrFind(typed, { input: { path: '.' } })).toEqualTypeOf<
    StartedRun<{ lines: number; by: 'counter' }>
  >();
  // @ts-expect-error: the path is not a number
  await baton.start(typed, { input: { path: 1 } });
  // @ts-expect-error: the input has no such property
  await baton.start(typed, { input: { path: '.', file: 'a' } });
  // @ts-expect-error: the input is required
  await baton.start(typed);
  // @ts-expect-error: the input is required
  await baton.start(typed, { id: 'r' });
  await baton.start(lenient);
  await baton.start(lenient, { input: { path: '.' } });
  // @ts-expect-error: the path is not a number
  await baton.start(lenient, { input: { path: 1 } });
  const { output: any } = await (await baton.start(untyped, { input: 5 })).result();
  expectTypeOf(any).toBeUnknown();
  const data: Plan = { name: 'data', tasks: {} };
  for (const plan of [data, 'plan.yaml', JSON.parse('{}') as object]) {
    expectTypeOf((await (await baton.start(plan, { input: 1 })).result()).output).toBeUnknown();
  }
  expectTypeOf((await baton.run('r').result()).output).toBeUnknown();
}

test('definePlan: a property of an input of unknown type is a reference, also under noUncheckedIndexedAccess', () => {
  expect(compiled).toBeTypeOf('function');
  expect(untyped.tasks).toEqual({
    count: { agent: 'counter', input: { path: '{% $input.path %}' } },
    each: {
      agent: 'counter',
      forEach: { items: '{% $input.files.recent %}' },
      input: { path: '{% $item.name %}' },
    },
  });
});

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hasProgram } from '../support/programs.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const { node } = useExamplePlace();
const demo = join(EXAMPLES, 'operations/demo.mjs');

const Report = z.object({
  alerts: z.array(z.object({ alert: z.string(), firedAfterS: z.number(), clearedAfterS: z.number() })),
  trace: z.object({ id: z.string(), lines: z.array(z.string()) }),
  problems: z.array(z.string()),
});

const ALERTS = 13;

test.skipIf(!hasProgram('prometheus') || !hasProgram('redis-server'))(
  'operations: each alert fires when something is wrong and clears after the repair, and a trace has the shape of its plan',
  async () => {
    const { exitCode, stdout, stderr } = await node(demo, '--json');
    const { alerts, trace, problems } = Report.parse(JSON.parse(stdout));
    expect(problems, stderr).toEqual([]);
    expect(exitCode).toBe(0);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(ALERTS);
    expect(trace.lines).toContain('  task ship ← pay, stock   invoke_agent ship');
  },
  900_000,
);

test('operations: without Prometheus, one line says how to get it', async () => {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [demo], { env: { PATH: '' }, reject: false });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: the demo needs prometheus, which is not on the PATH: Debian, Ubuntu: .+$/);
});

test('operations: an unknown argument is refused', async () => {
  const { exitCode, stderr } = await node(demo, '--jsn');
  expect([exitCode, stderr]).toEqual([2, 'error: unknown argument "--jsn"; expected --json or nothing']);
});

// The table on a terminal, and the summary below it.
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { RunResult } from '../../../src/domain/run/result.js';
import { createIo, type Io } from '../../../src/cli/terminal/io.js';
import { liveView } from '../../../src/cli/view/live-view.js';
import { printResult } from '../../../src/cli/view/print-result.js';

/** A terminal, and all that is printed on it. */
function terminal(): { io: Io; printed: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 40 });
  const stdout = stream as unknown as NodeJS.WriteStream;
  const io = createIo({ stdout, stderr: stdout, env: {}, cwd: process.cwd(), colour: false });
  return { io, printed: () => String(stream.read() ?? '') };
}

const facts = { id: 'r-1', plan: 'notes', tasks: new Map(), startedAt: 1_000 };
const result: RunResult = {
  runId: 'r-1',
  plan: 'notes',
  status: 'completed',
  output: null,
  failure: null,
  tasks: {},
  compensated: [],
  debt: [],
  usage: { calls: 0, tokens: 0, usd: 0 },
};

test('a run that has ended is shown with the time that it took, whenever it is drawn', () => {
  const { io, printed } = terminal();
  const view = liveView(io, facts);
  view.show({ facts, snapshot: result, endedAt: 8_000 }, []);
  view.close();
  expect(printed()).toContain('completed · 7.0s');
});

test('the failure of an item, and not that of its task, leads to what to do', () => {
  const { io, printed } = terminal();
  const failure = { type: 'TooManyFailures' as const, message: '1 of 1 items failed', task: 'find' };
  const task: RunResult['tasks'][string] = {
    status: 'failed',
    agent: 'model',
    attempts: 4,
    output: null,
    failure,
    startedAt: null,
    endedAt: null,
    skip: null,
    items: { total: 1, succeeded: 0, failed: 1 },
    failures: [{ index: 0, failure: { type: 'Unreachable', message: 'refused' } }],
  };
  const failed: RunResult = { ...result, status: 'failed', failure, tasks: { find: task } };
  printResult(io, failed, { startTime: new Date(0), closeTime: new Date(1) }, {});
  expect(printed()).toContain('troubleshooting.md#unreachable');
});

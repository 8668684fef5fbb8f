import pc from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { RunResult, TaskResult } from '../../../src/domain/run/result.js';
import { changedLines, seenTasks } from '../../../src/cli/view/plain-view.js';
import { runFacts, type RunFacts } from '../../../src/cli/view/run-facts.js';
import type { SeenRun } from '../../../src/cli/view/seen-run.js';
import { screenLines } from '../../../src/cli/view/screen.js';
import { shellWord } from '../../../src/cli/terminal/shell-word.js';
import { summaryLines } from '../../../src/cli/view/summary.js';
import { detailOf } from '../../../src/cli/view/task-row.js';
import { withStateBelow } from '../../../src/cli/view/waiting.js';
import { taskTable } from '../../../src/cli/view/task-table.js';

const paint = pc.createColors(false);
const START = Date.parse('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const aTask = (more: Partial<TaskResult>): TaskResult => ({
  status: 'pending',
  agent: 'echo',
  attempts: 0,
  output: null,
  failure: null,
  startedAt: null,
  endedAt: null,
  skip: null,
  items: null,
  ...more,
});

const tasks: Record<string, TaskResult> = {
  inventory: aTask({ status: 'succeeded', attempts: 1, startedAt: at(0), endedAt: at(0.4) }),
  analyze: aTask({
    status: 'running',
    agent: 'code-analyzer',
    startedAt: at(1),
    items: { total: 120, succeeded: 24, failed: 1 },
  }),
  scan: aTask({
    status: 'failed',
    attempts: 2,
    startedAt: at(1),
    endedAt: at(4.2),
    failure: {
      type: 'Unreachable',
      message: 'connect ECONNREFUSED\n\u001B[2Jat 127.0.0.1:80, and a long explanation of what that means',
    },
  }),
  signOff: aTask({ status: 'running', agent: null, startedAt: at(5) }),
  publish: aTask({ status: 'skipped', skip: { cause: 'failure', because: 'scan' } }),
};

test.each([
  [{ waits: { pool: 'gpus', calls: 1 } }, 'waits for pool gpus'],
  [{ waits: { breaker: 'booking', calls: 1 } }, 'waits for the breaker of booking'],
  [{ job: { id: 'j-1' } }, 'running: j-1'],
  [{ job: { id: 'j-1', link: 'https://j/1', state: 'queued' as const } }, 'queued: https://j/1'],
  [
    { job: { id: 'j-1', state: 'running' as const, progress: { done: 3 } }, attempts: 2 },
    'attempt 2 · running ({"done":3}): j-1',
  ],
  [
    { job: { id: 'j-1', state: 'waiting' as const }, waits: { job: 'approve, https://j/1', calls: 1 } },
    'waits for a person: approve, https://j/1',
  ],
  [{ waits: { storage: 's3://values', calls: 1 }, attempts: 7 }, 'waits for storage s3://values'],
  [{ waits: { pool: 'gpus', calls: 1 }, attempts: 2 }, 'attempt 2 · waits for pool gpus'],
  [
    { waits: { pool: 'gpus', calls: 38 }, items: { total: 40, succeeded: 1, failed: 0 } },
    '1/40 items · 38 waiting for pool gpus',
  ],
])('row: a task that waits names its pool, breaker or agent: %j', (more, detail) => {
  expect(detailOf(aTask({ status: 'running', ...more }))).toBe(detail);
});

test('row: a task that a breaker holds shows when calls may try, not how often it was turned away', () => {
  const failure = { type: 'BreakerOpen', message: 'agent "booking" was not called: it is open' } as const;
  const waits = { breaker: 'booking', calls: 1, until: at(39.2) };
  const held = aTask({ status: 'retrying', attempts: 10, failure, waits });
  expect(detailOf(held, undefined, START)).toBe('waits for the breaker of booking, calls may try in 40s');
  const stored = aTask({ status: 'retrying', attempts: 7, waits: { storage: 'host:/v', calls: 1, since: at(-75) } });
  expect(detailOf(stored, undefined, START)).toBe('waits for storage host:/v, away for 1m 15s');
  expect(detailOf(held, undefined, START + 60_000)).toBe('waits for the breaker of booking, calls may try now');
  const items = { total: 40, succeeded: 1, failed: 0 };
  expect(detailOf(aTask({ status: 'running', items, waits: { ...waits, calls: 38 } }), undefined, START)).toBe(
    '1/40 items · 38 waiting for the breaker of booking, calls may try in 40s',
  );
});

test('row: the calls of a vote are not attempts', () => {
  const { tasks } = runFacts(
    {
      name: 'p',
      tasks: {
        voted: { vote: { agents: ['a', 'b', 'c'], quorum: 2 } },
        raced: { race: ['a', 'b'] },
        hedged: { agent: 'a', hedge: { after: '1s' } },
        fallen: { agent: 'a', fallback: { agent: 'b' } },
        plain: { agent: 'a' },
      },
    },
    { workflowId: 'r', startTime: new Date(START) },
    { namespace: 'default' },
  );
  const shown = [...tasks].map(([id, about]) => `${id}: ${detailOf(aTask({ attempts: 3 }), about)}`);
  expect(shown).toEqual([...['voted', 'raced', 'hedged', 'fallen'].map((id) => `${id}: 3 calls`), 'plain: attempt 3']);
});

test.each([
  [{ state: 'waiting' }, '◆ waiting'],
  [{ state: 'cancelling' }, '⊘ cancelling'],
  [{ state: 'compensating' }, '↺ compensating'],
  [{ status: 'paused', state: 'waiting', pausedBecause: 'user' }, '‖ paused (user)'],
] as const)('screen: the header shows what a run does: %j', (more, text) => {
  const lines = screenLines({ snapshot: aResult(more), facts, now: START }, { columns: 200, rows: 50 }, paint);
  expect(lines[0]).toBe(`review · r-1 · ${text} · 0.0s`);
});

test('screen: the names of events and titles that the run reports are shown, with the commands that answer', () => {
  const waiting = [{ task: 'paid', for: 'event', title: 'paid-7', command: 'baton event r-1 paid-7' }] as const;
  const snapshot = aResult({ state: 'waiting', waiting: [...waiting] });
  const lines = screenLines({ snapshot, facts, now: START }, { columns: 80, rows: 24 }, paint);
  expect(lines.slice(-2)).toEqual(['◆ paid waits for the event paid-7', '  baton event r-1 paid-7']);
});

test.each([60, 80, 200])(
  'screen: at %i columns no line is too wide, no word is parted, and commands are whole',
  (columns) => {
    const id = 'publish-review-of-everything-7f3a2c19';
    const about: RunFacts = {
      ...facts,
      id,
      tasks: new Map([['signOff', { kind: 'approve', label: 'May the report go to all of them now?' }]]),
    };
    const snapshot = aResult({ runId: id, pausedBecause: 'budget-exceeded' });
    const lines = screenLines({ snapshot, facts: about, now: START }, { columns, rows: 40 }, paint);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    const shell = lines.join('\n').replace(/ \\\n\s*/g, ' ');
    expect(shell).toContain(`  baton approve ${id} signOff\n`);
    expect(shell).toContain(`  baton budget ${id} --add JSON`);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('May the report go to all of them now?');
  },
);

const aResult = (more: Partial<RunResult> = {}): RunResult => ({
  runId: 'r-1',
  plan: 'review',
  status: 'running',
  output: null,
  failure: null,
  tasks,
  compensated: [],
  debt: [],
  usage: { calls: 3, tokens: 0, usd: 0 },
  ...more,
});

const facts: RunFacts = {
  id: 'r-1',
  plan: 'review',
  startedAt: START,
  page: 'http://127.0.0.1:8233/namespaces/default/workflows/r-1',
  tasks: new Map([['signOff', { kind: 'approve', label: 'Publish it?' }]]),
};

const table = (columns: number, rows = 50) =>
  taskTable({ tasks }, facts, { size: { columns, rows }, now: START + 9200, paint });

test('table: a wide table has every column', () => {
  expect(table(Infinity)).toEqual([
    '✓ inventory  echo           succeeded  0.4s',
    '● analyze    code-analyzer  running    8.2s  24/120 items, 1 failed',
    '✗ scan       echo           failed     3.2s  attempt 2 · connect ECONNREFUSED \\u001b[2Jat 127.0.0.1:80, and a long explanation of what that means',
    '● signOff    Publish it?    running    4.2s',
    '↷ publish    echo           skipped          because of scan',
  ]);
});

test.each([140, 80, 60, 43, 30, 12])('table: no line is wider than %i columns', (columns) => {
  const widest = Math.max(...table(columns).map((line) => stringWidth(line)));
  expect(widest).toBeLessThanOrEqual(columns);
});

test('table: a narrow table has no agents, and a very narrow one no words', () => {
  expect(table(50)[1]).toBe('● analyze    running    8.2s  24/120 items, 1 fai…');
  expect(table(40)[0]).toBe('✓ inventory  0.4s');
});

test('table: if not all rows fit, running and failed tasks are shown, and the rest is counted', () => {
  expect(table(Infinity, 4)).toEqual([
    expect.stringContaining('analyze'),
    expect.stringContaining('scan'),
    expect.stringContaining('signOff'),
    '… 2 more: 1 succeeded, 1 skipped',
  ]);
});

test('screen, summary: a re-planned run is shown so', () => {
  const failure = { type: 'TaskFailed', message: 'task scan failed:\nno', task: 'scan' } as const;
  const replans = [{ failure, failed: [], dropped: ['report'], of: 2 }];
  const line = 're-planned (1 of 2): task scan failed: no; dropped: report';
  const lines = screenLines({ snapshot: aResult({ replans }), facts, now: START }, { columns: 200, rows: 50 }, paint);
  expect(lines[1]).toBe(line);
  expect(summaryLines(aResult({ replans }), 1, paint)[1]).toBe(`  ${line}`);
});

test('screen: a run that its budget has paused shows the budget and the command that raises it', () => {
  const budget = {
    limits: { calls: 10, tokens: { soft: 4000, hard: 5000 }, usd: 0.5, duration: '90m' },
    spent: { calls: 3, tokens: 4900, usd: 0.1 },
    reserved: { calls: 0, tokens: 200, usd: 0 },
  };
  const snapshot = aResult({ status: 'paused', pausedBecause: 'budget-exceeded', budget });
  const lines = screenLines({ snapshot, facts, now: START }, { columns: Infinity, rows: 50 }, paint);
  expect(lines[1]).toBe(
    'budget: calls 3 of 10 · tokens 4,900 of 5,000 (200 reserved) · usd $0.1000 of $0.5000 · at most 1h 30m',
  );
  expect(lines.at(-1)).toContain('baton budget r-1 --add JSON');
});

test.each([24, 10, 5])('screen: the lines fit %i rows', (rows) => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`t${i}`, aTask({})]));
  const state = { snapshot: aResult({ tasks: { ...tasks, ...many } }), facts, now: START + 9200 };
  const lines = screenLines(state, { columns: 80, rows }, paint);
  // The cursor has a line of its own; a header and three tasks are shown on any screen.
  expect(lines.length).toBeLessThanOrEqual(Math.max(rows - 1, 10));
});

test('an approval is shown with its question as it was evaluated, title and description, on one line', () => {
  const question = { title: 'Publish 2\nfiles?', description: `All of\u001b[31m\nthem. ${'x'.repeat(600)}` };
  const asking = { ...tasks['signOff']!, question };
  const snapshot = aResult({ tasks: { ...tasks, signOff: asking } });
  const shown = `waits for an answer: Publish 2 files? (All of\\u001b[31m them. ${'x'.repeat(476)}…)`;
  const seen = seenTasks({ snapshot, facts });
  expect(changedLines(new Map(), seen, START + 9200).find((line) => line.startsWith('signOff'))).toBe(
    `signOff running: ${shown} (baton approve r-1 signOff)`,
  );
  const lines = screenLines({ snapshot, facts, now: START + 9200 }, { columns: 1000, rows: 24 }, paint);
  expect(lines.at(-2)).toBe(`◆ signOff ${shown}`);
  expect(lines.find((line) => line.startsWith('● signOff'))).toContain('Publish 2 files?');
});

test('screen: waiting tasks are shown with the command that answers each', () => {
  const lines = screenLines({ snapshot: aResult(), facts, now: START + 9200 }, { columns: 80, rows: 24 }, paint);
  expect(lines[0]).toBe('review · r-1 · ● running · 9.2s');
  expect(lines.slice(-2)).toEqual(['◆ signOff waits for an answer: Publish it?', '  baton approve r-1 signOff']);
});

test('screen: without a snapshot, the problem is shown', () => {
  const lines = screenLines(
    { snapshot: undefined, facts, trouble: 'no answer', now: START },
    { columns: 80, rows: 24 },
    paint,
  );
  expect(lines).toEqual(['review · r-1 · ○ starting · 0.0s', facts.page, '', '', 'no answer']);
});

test('plain lines: each change of a status is printed once, in order', () => {
  const before = new Map([
    ['inventory', 'running'],
    ['signOff', 'running'],
  ] as const);
  const seen = seenTasks({ snapshot: aResult(), facts });
  expect(changedLines(before, seen, START + 9200)).toEqual([
    'inventory succeeded 0.4s',
    'analyze running: 24/120 items, 1 failed',
    'scan failed 3.2s: attempt 2 · connect ECONNREFUSED \\u001b[2Jat 127.0.0.1:80, and a long explanation of what that means',
    'publish skipped: because of scan',
  ]);
  const now = new Map(Object.entries(tasks).map(([id, { status }]) => [id, status]));
  expect(changedLines(now, seen, START + 9200)).toEqual([]);
});

describe('a sub-plan', () => {
  const subRun = (id: string, more: Partial<RunResult> = {}): SeenRun => ({
    facts: { id, plan: 'made', startedAt: START, tasks: new Map([['ok', { kind: 'approve', label: 'Go on?' }]]) },
    snapshot: aResult({
      runId: id,
      tasks: { a: aTask({ status: 'succeeded', startedAt: at(6), endedAt: at(7) }), ok: aTask({ status: 'running' }) },
      ...more,
    }),
  });
  const snapshot = aResult({
    tasks: { solve: aTask({ status: 'running', agent: null, startedAt: at(5) }), b: aTask({}) },
  });
  const screen = (...subRuns: SeenRun[]) =>
    screenLines({ snapshot, subRuns, facts, now: START + 9200 }, { columns: 80, rows: 24 }, paint);

  test('sub-plan: its tasks are below the task that runs it, and those of a nested plan are indented further', () => {
    const rows = screen(subRun('r-1/solve'), subRun('r-1/solve/a', { tasks: { x: aTask({}) } }));
    expect(rows.slice(3, 8)).toEqual([
      '● solve        running    4.2s',
      '✓   a    echo  succeeded  1.0s',
      '○     x  echo  pending',
      '●   ok   echo  running',
      '○ b      echo  pending',
    ]);
  });

  test('sub-plan: one for an item names the item, and is shown until it has completed', () => {
    const items = ['r-1/solve[12]', 'r-1/solve[3]'].map((id) => subRun(id, { tasks: { x: aTask({}) } }));
    const rows = screen(...items, subRun('r-1/solve[1]', { status: 'completed' }));
    expect(rows.slice(3, 7).map((row) => row.slice(0, 12))).toEqual([
      '● solve     ',
      '○   [3] x   ',
      '○   [12] x  ',
      '○ b         ',
    ]);
  });

  test('sub-plan: its approvals are among the waiting tasks, with its own id in the command', () => {
    expect(screen(subRun('r-1/solve')).slice(-2)).toEqual([
      '◆ solve/ok waits for an answer: Go on?',
      '  baton approve r-1/solve ok',
    ]);
  });

  test('sub-plan: a run whose sub-plan waits for an answer waits, and each answer is shown once', () => {
    const waiting = [{ task: 'ok', for: 'person', title: 'Go on?', command: 'baton approve r-1/solve ok' }] as const;
    const sub = subRun('r-1/solve', { state: 'waiting', waiting: [...waiting] });
    const whole = withStateBelow(snapshot, facts, [sub]);
    expect(whole).toMatchObject({
      status: 'running',
      state: 'waiting',
      waiting: [{ ...waiting[0], task: 'solve/ok', run: 'r-1/solve' }],
    });
    const lines = screenLines({ snapshot: whole, subRuns: [sub], facts, now: START }, { columns: 80, rows: 24 }, paint);
    expect(lines[0]).toContain('◆ waiting');
    expect(lines.filter((line) => line.includes('baton approve'))).toHaveLength(1);
    expect(withStateBelow(snapshot, facts, [subRun('r-1/solve')])).toBe(snapshot);
  });

  test('sub-plan: many tasks are cut as in any table', () => {
    const tasks = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`t${i}`, aTask({})]));
    const lines = screen(subRun('r-1/solve', { tasks }));
    expect(lines.length).toBeLessThan(24);
    expect(lines.at(-1)).toMatch(/^… \d+ more: \d+ pending$/);
  });

  test('sub-plan: its changes are printed among those of the run, in order', () => {
    const sub = subRun('r-1/solve');
    const seen = [...seenTasks({ snapshot, facts }), ...seenTasks(sub, facts)];
    expect(changedLines(new Map(), seen, START + 9200)).toEqual([
      'solve running',
      'solve/a succeeded 1.0s',
      'solve/ok running: waits for an answer: Go on? (baton approve r-1/solve ok)',
    ]);
  });

  test('sub-plan: one that its own budget has paused is named even if its run is not paused', () => {
    const short = subRun('r-1/solve', { status: 'paused', pausedBecause: 'budget-exceeded' });
    expect(screen(short).at(-1)).toContain('baton budget r-1/solve --add JSON');
  });
});

test('summary: the outcome, the reason, the undone tasks and the debt are printed', () => {
  const failure = { type: 'TaskFailed' as const, message: 'task scan failed', task: 'scan' };
  const usage = { calls: 1, tokens: 12_345, usd: 0.5 };
  const result = aResult({ status: 'failed', failure, compensated: ['b', 'a'], debt: ['c'], usage });
  expect(summaryLines(result, 63_000, paint)).toEqual([
    '✗ failed in 1m 3s · 5 tasks: 2 running, 1 succeeded, 1 failed, 1 skipped · 1 call · 12,345 tokens · $0.5000',
    '  TaskFailed: task scan failed',
    '  undone: b, a',
    '  could not be undone: c',
  ]);
});

test('summary: a failure is told in words, with the type of its cause once', () => {
  const message =
    'task judge failed: SubPlanFailed: task a failed: NoQuorum: fewer than 2 of 3 agents gave the same answer';
  const failure = { type: 'TaskFailed' as const, message, task: 'judge' };
  expect(summaryLines(aResult({ status: 'failed', failure }), 1, paint)[1]).toBe(
    '  TaskFailed: task judge failed: task a failed: fewer than 2 of 3 agents gave the same answer (NoQuorum)',
  );
});

test('summary: outputs that the run had to leave out are counted, with the reason', () => {
  const left = { ...aTask({ status: 'succeeded' }), outputDropped: true, omittedBytes: 1_500_000 };
  const result = aResult({ status: 'completed', tasks: { a: left, b: left, c: aTask({ status: 'succeeded' }) } });
  expect(summaryLines(result, 1000, paint)[1]).toBe(
    '  outputs left out: 2 tasks, 3.0 MB (nothing reads them any more, and the rest would not have fitted; with storage, all are kept)',
  );
});

test('shell word: it is quoted only if necessary', () => {
  expect(['review-1a2b', "it's", '-x', ''].map(shellWord)).toEqual(['review-1a2b', `'it'\\''s'`, "'-x'", "''"]);
});

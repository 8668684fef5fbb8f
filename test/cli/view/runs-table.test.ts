import pc from 'picocolors';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { breakerTable } from '../../../src/cli/view/breaker-table.js';
import { noRunsText, runsTable } from '../../../src/cli/view/runs-table.js';
import { poolView } from '../../../src/cli/view/pool-view.js';
import type { RunSummary } from '../../../src/client/list-runs.js';
import { runQuery } from '../../../src/client/run-query.js';
import type { ListedBreaker } from '../../../src/client/breakers.js';
import type { PoolStatus } from '../../../src/domain/pool/coordinator/status.js';

const paint = pc.createColors(false);
const now = Date.parse('2026-11-27T09:10:00Z');

const run = (more: Partial<RunSummary>): RunSummary => ({
  runId: 'review-1',
  plan: 'review',
  status: 'running',
  state: null,
  failedTask: null,
  tenant: null,
  correlationId: null,
  startedAt: '2026-11-27T09:00:00Z',
  endedAt: null,
  ...more,
});
const RUNS = [
  run({ runId: 'publish-review-of-everything-7f3a2c19', state: 'waiting' }),
  run({ runId: 'etl-1', plan: 'a-long-name-of-a-plan', status: 'failed', failedTask: 'load', tenant: 'acme' }),
];
const rows = (width: number) => runsTable(RUNS, { now, paint, width }).split('\n');

test('runs: a run that waits is shown so, and the columns are those that are used', () => {
  expect(rows(Infinity)[0]!.trim().split(/ {2,}/)).toEqual([
    ...['RUN', 'PLAN', 'STATUS', 'STARTED', 'TOOK', 'TENANT', 'FAILED TASK'],
  ]);
  expect(rows(Infinity)[1]).toMatch(
    /^publish-review-of-everything-7f3a2c19 {2}review +waiting +2026-11-27 \S+ +10m 0s$/,
  );
  expect(runsTable([run({})], { now, paint, width: 200 }).split('\n')[0]).not.toMatch(/TENANT|FAILED/);
});

test.each([60, 80, 200])('runs: at %i columns no row is too wide, and ids and statuses are whole', (width) => {
  for (const line of rows(width)) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  expect(rows(width).join('\n')).toMatch(/publish-review-of-everything-7f3a2c19.*waiting/);
});

test('runs: without runs, the choice and the server are named', () => {
  const server = { address: '127.0.0.1:7233', namespace: 'default' };
  expect(noRunsText({}, server)).toBe('no runs on 127.0.0.1:7233 (namespace default)');
  expect(noRunsText({ status: 'failed', since: '2h' }, server)).toBe(
    'no runs with --status failed --since 2h on 127.0.0.1:7233 (namespace default)',
  );
});

test('runQuery: text is quoted, and a duration is a time', () => {
  expect(runQuery({ plan: `it's \\ 'x'`, since: '1h' }, ['a', "b'"], now)).toBe(
    `WorkflowType = 'orchestrate' AND ExecutionStatus != 'ContinuedAsNew' AND BatonPlan = 'it''s \\\\ ''x''' AND ` +
      `StartTime >= '2026-11-27T08:10:00.000Z' AND WorkflowId IN ('a', 'b''')`,
  );
  expect(runQuery({ status: 'waiting' })).toMatch(/ExecutionStatus = 'Running' AND BatonState = 'waiting'$/);
  expect(runQuery({ status: 'paused' })).toMatch(/ExecutionStatus = 'Running' AND BatonStatus = 'paused'$/);
  expect(runQuery({ since: '2026-11-27' })).toMatch(/StartTime >= '2026-11-27T00:00:00.000Z'$/);
  for (const since of ['', '5', 'last week', '2026-99-99'])
    expect(() => runQuery({ since })).toThrow('since: expected');
});

const breaker: ListedBreaker = {
  agent: 'booking-service-of-the-airline',
  project: '/home/me/projects/travel',
  taskQueue: 'baton',
  phase: 'open',
  forMs: 12_000,
  waitMs: 18_000,
  workers: 2,
  figures: { calls: 20, failed: 12, slow: 0, failureRate: 60, slowRate: 0 },
  terms: { settings: { slowCall: '2s' }, since: 0 },
} as unknown as ListedBreaker;

test.each([60, 80, 200])('breaker: at %i columns no row is too wide, and state and wait are whole', (width) => {
  const lines = breakerTable([breaker], paint, width).split('\n');
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  expect(lines[1]).toMatch(/ open .*calls may try in 18s$/);
});

const pool = {
  pool: 'gpus',
  strategy: 'least-loaded',
  isAtWork: true,
  resources: [
    {
      id: 'gpu-of-the-first-rack',
      capacity: 4,
      limit: 4,
      inUse: 1,
      weight: 1,
      condition: 'ill',
      ill: 'GET /health answered 503: no space left on device',
      endpoint: 'http://gpu-1.internal.example.com:8080/v1',
      labels: { zone: 'eu-west-1', rack: '17' },
      isAdded: false,
    },
  ],
  waiting: [{ priority: 3, count: 2 }],
  workers: [],
} as unknown as PoolStatus;

test.each([60, 80, 200])(
  'pool status: at %i columns no row is too wide, and id, use and state begin whole',
  (width) => {
    const lines = poolView(pool, paint, width).split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.at(-1)).toMatch(/^gpu-of-.*1 of 4.*ill: GET/);
  },
);

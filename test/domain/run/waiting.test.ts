import { expect, test } from 'vitest';
import { runDetails } from '../../../src/domain/picture/web-ui-details.js';
import { pictureOf } from '../../../src/domain/picture/from-run.js';
import { pictureText } from '../../../src/domain/picture/text.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import { advance } from '../../../src/domain/progress/advance.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import { failure } from '../../../src/domain/failure.js';
import { summarize } from '../../../src/domain/run/summarize.js';
import { jobWaitsOf, waitText, withJobWaits } from '../../../src/domain/run/waiting.js';

const graph = buildGraph({
  name: 'p',
  tasks: {
    ok: { approve: { title: 'Publish\nit?' } },
    paid: { event: "{% 'paid-' & $input.n %}" },
    slow: { agent: 'slow', compensate: { agent: 'undo' } },
  },
});

function started() {
  const progress = createProgress(graph);
  for (const task of ['ok', 'paid', 'slow']) advance(graph, progress, { type: 'started', task, now: 0 });
  return progress;
}

const summary = { runId: "it's", awaited: new Map([['paid', 'paid-7']]) };

test('summarize: a run that waits reports its state, titles and commands beside its status', () => {
  const progress = started();
  expect(summarize(graph, progress, summary)).toMatchObject({
    status: 'running',
    state: 'waiting',
    waiting: [
      { task: 'ok', for: 'person', title: 'Publish it?', command: "baton approve 'it'\\''s' ok" },
      { task: 'paid', for: 'event', title: 'paid-7', command: "baton event 'it'\\''s' paid-7" },
    ],
  });
  advance(graph, progress, { type: 'answered', task: 'ok', answer: {} });
  expect(summarize(graph, progress, { runId: 'r' }).waiting).toEqual([
    { task: 'paid', for: 'event', title: "{% 'paid-' & $input.n %}", command: 'baton event r NAME' },
  ]);
});

test('summarize: a run that nothing waits in has no state, and an ended one has none', () => {
  const plain = buildGraph({ name: 'p', tasks: { a: { agent: 'a' } } });
  const progress = createProgress(plain);
  advance(plain, progress, { type: 'started', task: 'a', now: 0 });
  expect(summarize(plain, progress, { runId: 'r' })).not.toHaveProperty('state');
  expect(summarize(plain, progress, { runId: 'r' })).not.toHaveProperty('waiting');
});

test('summarize: a cancelled run is cancelling while calls end, and compensating while it undoes', () => {
  const progress = started();
  const why = failure('RunCancelled', 'cancelled');
  advance(graph, progress, { type: 'stopped', verdict: 'cancelled', failure: why, now: 1 });
  expect(summarize(graph, progress, summary)).toMatchObject({ status: 'running', state: 'cancelling' });
  expect(summarize(graph, progress, summary)).not.toHaveProperty('waiting');
  const gone = { status: 'cancelled', attempts: 0, failure: failure('Cancelled', 'cancelled') } as const;
  for (const task of ['ok', 'paid']) advance(graph, progress, { type: 'settled', task, outcome: gone, now: 2 });
  advance(graph, progress, {
    type: 'settled',
    task: 'slow',
    outcome: { status: 'succeeded', output: 1, attempts: 1 },
    now: 2,
  });
  advance(graph, progress, { type: 'concluded', now: 3 });
  advance(graph, progress, { type: 'undoStarted' });
  expect(summarize(graph, progress, summary)).toMatchObject({ status: 'running', state: 'compensating' });
});

test('Web UI: the details show what a run waits for, with the command that answers', () => {
  const [head, ok, paid] = runDetails(graph, started(), summary).split('\n\n');
  expect(head).toContain('**p**: waiting');
  expect(ok).toBe("> ok waits for an answer: Publish it? · `baton approve 'it'\\''s' ok`");
  expect(paid).toContain('> paid waits for the event paid-7 · `baton event');
});

test('picture: a failed run shows which run it is, when it ran, and why its task failed', () => {
  const one = buildGraph({ name: 'p', tasks: { a: { agent: 'a' }, b: { agent: 'b', needs: ['a'] } } });
  const progress = createProgress(one);
  advance(one, progress, { type: 'started', task: 'a', now: 0 });
  const outcome = { status: 'failed', attempts: 2, failure: failure('AgentRefused', 'no such\nfile') } as const;
  advance(one, progress, { type: 'settled', task: 'a', outcome, now: 3400 });
  advance(one, progress, { type: 'concluded', now: 3400 });
  advance(one, progress, { type: 'ended', retriesDebt: false });
  const result = summarize(one, progress, { runId: 'r-1' });
  const at = { startedAt: Date.parse('2026-11-27T09:00:12Z'), now: Date.parse('2026-11-27T09:00:24Z') };
  expect(pictureText(pictureOf(one, result, at)).split('\n')).toEqual([
    'p · failed · ✗ 1 failed · ↷ 1 skipped',
    'run r-1 · started 2026-11-27 09:00:12 UTC, took 12s',
    'task a failed: no such file (AgentRefused)',
    '',
    '✗  a  a · attempt 2 · 3.4s · no such file',
    '↷  b  b · because of a',
  ]);
});

test('a run in progress waits for what its jobs in other systems wait for, with the page', () => {
  const page = 'https://jobs.example.com/7';
  const waits = jobWaitsOf({
    a: { job: { id: '7', state: 'waiting', waitsFor: 'task approve', link: page } },
    b: { job: { id: '8', state: 'running' } },
    c: {},
  });
  expect(waits).toEqual([{ task: 'a', for: 'job', title: 'task approve', command: page }]);
  expect(waitText(waits[0]!)).toBe(`waits for a person: task approve, ${page}`);
  const run = { status: 'running' };
  expect(withJobWaits(run, waits)).toEqual({ status: 'running', state: 'waiting', waiting: waits });
  expect(withJobWaits(run, [])).toBe(run);
  const ending = { status: 'running', state: 'cancelling' } as const;
  expect(withJobWaits(ending, waits)).toBe(ending);
});

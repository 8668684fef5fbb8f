import { expect, test } from 'vitest';
import { MAX_KEPT, SpanQueue } from '../../../src/activities/trace/span-queue.js';
import type { ReadableSpan, SpanExporter } from '../../../src/activities/trace/exporter.js';

const span = {} as ReadableSpan;
const spans = (count: number) => Array.from({ length: count }, () => span);

function openQueue(more: { readonly patienceMs?: number } = {}) {
  const lines: string[] = [];
  const state = { isUp: true, answers: true, code: undefined as number | undefined, taken: 0, exports: 0 };
  const exporter: SpanExporter = {
    export(batch, done) {
      state.exports++;
      if (!state.answers) return;
      if (state.isUp) state.taken += batch.length;
      const error = Object.assign(
        new Error('connect ECONNREFUSED'),
        state.code === undefined ? {} : { code: state.code },
      );
      done(state.isUp ? { code: 0 } : { code: 1, error });
    },
    shutdown: () => Promise.resolve(),
  };
  const log = { warn: (line: string) => void lines.push(line), info: (line: string) => void lines.push(line) };
  const endpoint = 'http://user:secret@collector:4318/path';
  const queue = new SpanQueue(() => Promise.resolve(exporter), { endpoint, log, pauseMs: 1, ...more });
  return { queue, state, lines };
}

test('a sender waits until its spans have been taken, in batches', async () => {
  const { queue, state, lines } = openQueue();
  await queue.send(spans(1_100));
  expect(state).toMatchObject({ taken: 1_100, exports: 3 });
  expect(lines).toEqual([]);
});

test('while the receiver is down, spans are kept up to a bound, with one warning; then they are sent', async () => {
  const { queue, state, lines } = openQueue();
  state.isUp = false;
  await queue.send(spans(10));
  await queue.send(spans(MAX_KEPT));
  await queue.send(spans(10));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('cannot send traces to http://collector:4318: connect ECONNREFUSED');
  state.isUp = true;
  await expect.poll(() => state.taken).toBe(MAX_KEPT);
  expect(lines.slice(1)).toEqual(['traces are sent to http://collector:4318 again; 20 spans were lost']);
});

test('a receiver that does not answer holds up the first sender for a limited time, and later ones not at all', async () => {
  const { queue, state, lines } = openQueue({ patienceMs: 5 });
  state.answers = false;
  await queue.send(spans(1));
  await queue.send(spans(1));
  expect(state.exports).toBe(1);
  expect(lines).toHaveLength(1);
});

test('spans that the receiver refuses are not sent again', async () => {
  const { queue, state } = openQueue();
  Object.assign(state, { isUp: false, code: 400 });
  await queue.send(spans(5));
  Object.assign(state, { isUp: true, code: undefined });
  await queue.close();
  await queue.send(spans(1));
  expect(state.taken).toBe(0);
});

test('a package that is not installed is a warning', async () => {
  const lines: string[] = [];
  const queue = new SpanQueue(() => Promise.reject(new Error('the package "x" is not installed')), {
    endpoint: 'nonsense',
    log: { warn: (line) => void lines.push(line), info: () => undefined },
  });
  await queue.send(spans(1));
  await queue.close();
  expect(lines).toEqual([expect.stringContaining('the package "x" is not installed')]);
});

// Compares the trace of a run with its plan: one span for each task, below the run, with links to the tasks that it needs.
import { setTimeout as pause } from 'node:timers/promises';

/** Spans are sent before the run ends; a receiver reads them a moment later. */
const ARRIVES_MS = 10_000;

/** `needs`: by task, those that it needs. Returns lines for people, and what differs from the plan. */
export async function compareTrace(spans, traceId, needs) {
  const find = () => new Map(spans.filter((span) => span.traceId === traceId).map((span) => [span.spanId, span]));
  const rootOf = (trace) => [...trace.values()].find(({ name }) => name.startsWith('invoke_workflow'));
  for (const until = Date.now() + ARRIVES_MS; rootOf(find()) === undefined && Date.now() < until;) await pause(100);
  const trace = find();
  const root = rootOf(trace);
  if (root === undefined) return { lines: [], problems: [`no span of the run arrived in trace ${traceId}`] };
  const below = (id) => [...trace.values()].filter(({ parentSpanId }) => parentSpanId === id);
  const nameOf = (id) => trace.get(id)?.name.replace(/^task /, '') ?? 'unknown';
  const found = below(root.spanId).map((span) => ({
    task: nameOf(span.spanId),
    needs: (span.links ?? []).map(({ spanId }) => nameOf(spanId)).sort(),
    attempts: below(span.spanId).map(({ name }) => name),
  }));
  const shape = (tasks) => tasks.map((one) => `${one.task} ← ${one.needs.join(', ')}`).sort();
  const wanted = shape(Object.entries(needs).map(([task, own]) => ({ task, needs: [...own].sort() })));
  const got = shape(found);
  return {
    lines: [
      `trace ${traceId}: ${root.name}, ${trace.size} spans`,
      ...found.map(({ task, needs: own, attempts }) =>
        [`  task ${task}`, ...(own.length === 0 ? [] : [`← ${own.join(', ')}`]), `  ${attempts.join(', ')}`].join(' '),
      ),
    ],
    problems: [
      ...wanted.filter((one) => !got.includes(one)).map((one) => `the trace lacks: ${one}`),
      ...got.filter((one) => !wanted.includes(one)).map((one) => `the trace has, and the plan has not: ${one}`),
      ...found.filter(({ attempts }) => attempts.length === 0).map(({ task }) => `task ${task} has no attempt`),
    ],
  };
}

import { expect, test } from 'vitest';
import { runDetails } from '../../../src/domain/picture/web-ui-details.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import { advance } from '../../../src/domain/progress/advance.js';
import { createProgress } from '../../../src/domain/progress/progress.js';

test('the Web UI shows what people are asked, as long as the question is open', () => {
  const approve = { title: '{% $input.title %}', description: '{% $input.text %}' };
  const graph = buildGraph({ name: 'p', tasks: { ok: { approve }, other: { approve: { title: 'And this?' } } } });
  const progress = createProgress(graph);
  for (const task of ['ok', 'other']) advance(graph, progress, { type: 'started', task, now: 0 });
  const question = { title: 'Publish *all*?', description: `Two\nfiles. ${'x'.repeat(1000)}` };
  advance(graph, progress, { type: 'asked', task: 'ok', question });
  advance(graph, progress, { type: 'asked', task: 'other', question: { title: 'And this?' } });
  const shown = runDetails(graph, progress);
  expect(shown).toContain('> ok waits for an answer: Publish \\*all\\*? (Two files');
  expect(shown).toContain('> other waits for an answer: And this? · `baton approve');
  expect(shown).not.toContain('x'.repeat(501));
  const outcome = { status: 'succeeded', output: null, attempts: 0 } as const;
  advance(graph, progress, { type: 'settled', task: 'ok', outcome, now: 1 });
  expect(runDetails(graph, progress)).not.toContain('ok waits');
});

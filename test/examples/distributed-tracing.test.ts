import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const { node } = useExamplePlace();

interface Demo {
  readonly result: { readonly output: unknown; readonly traceId: string };
  readonly spans: readonly {
    readonly id: string;
    readonly parent?: string;
    readonly name: string;
    readonly links: readonly string[];
    readonly error?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

test('one trace goes through a service, a program and a model', async () => {
  const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'distributed-tracing/demo.mjs'), '--json');
  expect(exitCode, stderr).toBe(0);
  const { result, spans } = JSON.parse(stdout) as Demo;
  const only = (name: string) => {
    const found = spans.filter((span) => span.name === name);
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0]!;
  };
  const namesBelow = (id: string) => spans.filter(({ parent }) => parent === id).map(({ name }) => name);
  const root = only('invoke_workflow quote');
  expect(namesBelow(root.id).sort()).toEqual(['task letter', 'task shipping', 'task stock']);
  expect([...only('task letter').links].sort()).toEqual([only('task stock').id, only('task shipping').id].sort());
  // The first answer of the service is a failure.
  const attempts = spans.filter(({ name }) => name === 'invoke_agent warehouse');
  expect(attempts.map(({ error }) => error === undefined)).toEqual([false, true]);
  expect(attempts.map(({ id }) => namesBelow(id))).toEqual([['POST /stock'], ['POST /stock']]);
  expect(only('chat demo-model').parent).toBe(only('invoke_agent writer').id);
  expect(result.output).toMatchObject({
    shippedBy: {
      correlationId: 'order-42',
      traceparent: `00-${result.traceId}-${only('invoke_agent shipping').id}-01`,
    },
  });
  for (const { attributes } of spans.filter(({ name }) => name === 'POST /stock'))
    expect(attributes['correlationId']).toBe('order-42');
});

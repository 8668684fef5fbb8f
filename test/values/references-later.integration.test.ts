// Outputs by reference in what comes after a run, or after its first plan: re-planning, debt, and readers of its history.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import { expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { readHistory } from '../../src/temporal/history.js';
import { createCodecServer } from '../../src/values/codec-server.js';
import { toJson } from '../../src/values/codec-server/payload-json.js';
import { BYTES, text, undone, useReferences } from './references-set-up.js';

const { setUp } = useReferences();

test('references: a planner sees the size and the beginning of a large output, and the new plan uses the output', async () => {
  const asked: unknown[] = [];
  const planner = functionAgent<unknown, unknown>({
    type: 'planner',
    run: (request) => {
      asked.push(request);
      const again = { agent: 'echo', needs: ['a'], input: { all: '{% $tasks.a.output %}' } };
      return { tasks: { again }, output: '{% $length($tasks.again.output.all) %}' };
    },
  });
  const { baton } = await setUp({ more: [planner] });
  const run = await baton.start({
    name: 'replanned',
    onFailure: 'replan',
    replan: { planner: 'planner' },
    tasks: { a: { agent: 'make', input: 'r' }, z: { agent: 'fail', needs: ['a'] } },
  });
  const { status, output, tasks } = await run.result();
  expect({ status, output }).toEqual({ status: 'completed', output: BYTES });
  expect(tasks['a']!.output).toBe(text('r'));
  const [{ replan }] = asked as [{ replan: { succeeded: { id: string; bytes: number; preview: string }[] } }];
  expect(replan.succeeded).toMatchObject([{ id: 'a', bytes: BYTES + 2 }]);
  expect(replan.succeeded[0]!.preview).toMatch(/^"rrr/);
});

test('references: debt that is undone later gets the output that it undoes', async () => {
  let isBroken = true;
  const breakable = functionAgent<unknown, null>({
    type: 'breakable',
    retry: { attempts: 1 },
    run: (input) => {
      if (isBroken) throw new Error('is broken');
      undone.push(input);
      return null;
    },
  });
  undone.length = 0;
  const { baton } = await setUp({ more: [breakable], isEncrypted: true });
  const run = await baton.start({
    name: 'owing',
    tasks: {
      a: { agent: 'make', input: 'd', compensate: { agent: 'breakable', input: '{% $output %}' } },
      b: { agent: 'make', input: 'd', compensate: { agent: 'breakable', input: '{% $length($output) %}' } },
      z: { agent: 'fail', needs: ['a', 'b'] },
    },
  });
  const { debt } = await run.result();
  expect(debt.toSorted()).toEqual(['a', 'b']);
  isBroken = false;
  const later = await (await baton.compensate(run.id)).result();
  expect(later).toMatchObject({ status: 'completed', debt: [] });
  expect(undone).toHaveLength(2);
  expect(undone).toEqual(expect.arrayContaining([text('d'), BYTES]));
});

test('references: the codec server gives the values that a history refers to', async () => {
  const { baton } = await setUp({ isEncrypted: true });
  const run = await baton.start({
    name: 'seen',
    tasks: { a: { agent: 'make', input: 's' } },
    output: '{% $tasks.a.output %}',
  });
  await run.result();
  const stored: Payload[] = [];
  for await (const event of readHistory(baton.client, { workflowId: run.id })) {
    const { result } =
      event.workflowExecutionCompletedEventAttributes ?? event.activityTaskCompletedEventAttributes ?? {};
    stored.push(...(result?.payloads ?? []));
  }
  expect(JSON.stringify(toJson(stored))).not.toContain('ssss');
  const { loadedDataConverter: dataConverter } = baton.client.options;
  const server = createCodecServer({ dataConverter, token: undefined, origins: [] }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/decode`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(toJson(stored)) });
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  const values = payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()) as { output?: unknown });
  expect(values.filter(({ output }) => output === text('s'))).not.toHaveLength(0);
  expect(values.at(-1)).toMatchObject({ status: 'completed', output: text('s'), tasks: { a: { output: text('s') } } });
});

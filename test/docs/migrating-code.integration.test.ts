// The job of docs/migrating.md that has a person in it: as a graph of LangGraph, as a Workflow, and as a plan. The code is that of the page.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from '@langchain/langgraph';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { functionAgent } from '../../src/index.js';
import { assertCalled, assertNeverCalled, testBaton } from '../../src/testing.js';
import { silenceTemporal } from '../support/silence.js';
import { readPages, ROOT } from './pages.js';

const PAGE = 'docs/migrating.md';
const { blocks } = readPages([PAGE])[0]!;
const folder = join(ROOT, '.baton', `migrating-${process.pid}`);
const NOTES = ['Buy milk. And bread', 'Water the plants. Twice', 'Call Ada. On Friday'];
const PUBLISHED = `https://notes.example.com/${encodeURIComponent('Buy milk + Water the plants + Call Ada')}`;

interface Functions {
  readonly summarize: (note: string) => Promise<string>;
  readonly publish: (summaries: string[]) => Promise<{ url: string }>;
}

interface Graph {
  invoke(input: unknown, options: object): Promise<Record<string, unknown>>;
}

beforeAll(async () => {
  silenceTemporal();
  await mkdir(folder, { recursive: true });
  for (const { words, text } of blocks) {
    const file = words.find((word) => word.startsWith('file='))?.slice('file='.length);
    if (file !== undefined) await writeFile(join(folder, file), text);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `copy`: a module of its own, whose first call fails. */
const load = <T>(file: string, copy: string): Promise<T> =>
  import(`${pathToFileURL(join(folder, file)).href}?${copy}`) as Promise<T>;

test('the graph of LangGraph waits for a person, and publishes what was approved', async () => {
  const { graph } = await load<{ graph: Graph }>('with-langgraph.ts', 'graph');
  const options = { configurable: { thread_id: 'monday' }, maxConcurrency: 4 };
  const waiting = await graph.invoke({ notes: NOTES }, options);
  expect(waiting).toMatchObject({ __interrupt__: [{ value: 'Publish?' }] });
  expect(waiting['url']).toBeUndefined();
  expect(await graph.invoke(new Command({ resume: true }), options)).toMatchObject({ url: PUBLISHED });
});

test('the Workflow waits for a person, and publishes what was approved', async () => {
  const executable = { type: 'existing-path', path: inject('temporalBinary') } as const;
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable, log: { format: 'pretty', level: 'never' }, extraArgs: ['--output', 'none'] },
  });
  try {
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: 'notes',
      workflowsPath: join(folder, 'with-temporal.ts'),
      activities: { ...(await load<Functions>('notes.ts', 'temporal')) },
    });
    await worker.runUntil(async () => {
      const workflow = await env.client.workflow.start('publishNotes', {
        taskQueue: 'notes',
        workflowId: 'monday',
        args: [NOTES],
      });
      await workflow.signal('answer', true);
      expect(await workflow.result()).toBe(PUBLISHED);
    });
  } finally {
    await env.teardown();
  }
});

test('the plan waits for a person, and publishes what was approved; a rejection publishes nothing', async () => {
  const { summarize, publish } = await load<Functions>('notes.ts', 'plan');
  const agents = [
    functionAgent<string, string>({ type: 'summarize', run: (note) => summarize(note) }),
    functionAgent<string[], { url: string }>({ type: 'publish', run: (summaries) => publish(summaries) }),
  ];
  const plan = parse(blocks.find(({ text }) => text.startsWith('name: publish-notes'))!.text) as object;
  const bundle = { workflowBundle: { codePath: inject('workflowBundle') } };
  const { baton, until, result, close } = await testBaton({ agents, ...bundle });
  try {
    const monday = await baton.start(plan, { input: { notes: NOTES }, id: 'monday' });
    await until(monday, 'sign');
    await monday.approve('sign');
    const done = await result(monday);
    expect(done.output).toBe(PUBLISHED);
    assertCalled(done, 'summarize', { times: 3 });
    expect(done.calls.filter(({ attempts }) => attempts === 2)).toHaveLength(1);
    const tuesday = await baton.start(plan, { input: { notes: NOTES }, id: 'tuesday' });
    await until(tuesday, 'sign');
    await tuesday.approve('sign', { reject: true });
    assertNeverCalled(await result(tuesday), 'publish');
  } finally {
    await close();
  }
});

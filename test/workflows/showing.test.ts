// What a run shows of itself, on the full server.
import { temporal as proto } from '@temporalio/proto';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { listRuns } from '../../src/client/list-runs.js';
import { MAX_VALUE_BYTES } from '../../src/domain/json/byte-size.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { RunResult } from '../../src/domain/run/result.js';
import { gate } from '../support/gate.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer({ searchable: true });

const agents: TestAgents = { no: () => Promise.reject(new AgentError('no', { retryable: false })) };
const saga: Plan = {
  name: 'saga',
  description: 'Books and unbooks',
  tasks: { a: { agent: 'echo', compensate: { agent: 'echo' } }, b: { agent: 'no', needs: ['a'] } },
};

const detailsOf = async (id: string): Promise<string> => {
  type Metadata = proto.api.sdk.v1.IWorkflowMetadata;
  const found = await temporal.env.client.workflow.getHandle(id).query<Metadata>('__temporal_workflow_metadata');
  return found.currentDetails ?? '';
};

describe('a snapshot', () => {
  test('a snapshot has the shape of a result while the run is in progress', async () => {
    const [begun, end] = [gate(), gate()];
    const { id, run, result } = await temporal.start(
      {
        name: 'look',
        tasks: {
          a: { agent: 'echo', input: { x: 1 } },
          held: { agent: 'held', needs: ['a'] },
          each: { agent: 'echo', forEach: { items: [1, 2] } },
          last: { agent: 'echo', needs: ['held'] },
        },
      },
      {
        agents: {
          held: () => {
            begun.open();
            return end.opened;
          },
        },
      },
    );
    await begun.opened;
    await expect.poll(async () => (await run.snapshot()).tasks['each']!.status).toBe('succeeded');
    const snapshot = RunResult.parse(await run.snapshot());
    expect(snapshot).toMatchObject({ runId: id, plan: 'look', status: 'running', output: null, failure: null });
    expect(Object.entries(snapshot.tasks).map(([task, { status }]) => `${task} ${status}`)).toEqual([
      'a succeeded',
      'held running',
      'each succeeded',
      'last pending',
    ]);
    const bare = RunResult.parse(await run.snapshot({ outputs: false }));
    expect([snapshot.tasks['a']!.output, bare.tasks['a']!.output]).toEqual([{ x: 1 }, null]);
    end.open();
    expect(RunResult.parse(await result()).status).toBe('completed');
  });

  test('a snapshot shows that a task waits for its next attempt', async () => {
    const { run, result } = await temporal.start(
      { name: 'look', tasks: { a: { agent: 'busy' } } },
      {
        agents: { busy: () => Promise.reject(new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 })) },
      },
    );
    await expect.poll(async () => (await run.snapshot()).tasks['a']).toMatchObject({ status: 'retrying', attempts: 2 });
    await run.cancel();
    await result();
  });
});

test('a snapshot request with unknown options is rejected in one line', async () => {
  const { id, run, result } = await temporal.start({ name: 'asked', tasks: { ok: { approve: { title: 'ok?' } } } });
  const query = temporal.env.client.workflow.getHandle(id).query('snapshot', { outputs: 'none' });
  await expect(query).rejects.toThrow(/^outputs: .*$/);
  await run.approve('ok');
  await result();
});

describe('outputs that are too large together', () => {
  const third = 'x'.repeat(MAX_VALUE_BYTES / 3);
  const large = (end: Plan['tasks']): Plan => ({
    name: 'large',
    tasks: {
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { agent: 'third' }])),
      small: { agent: 'echo', input: 'small' },
      ...end,
    },
    output: '{% $tasks.small.output %}',
  });
  const withThird = { ...agents, third: () => third };

  test('outputs that are too large together are left out of the result, the largest first, and marked', async () => {
    const { status, output, tasks } = RunResult.parse(await temporal.run(large({}), { agents: withThird }));
    expect([status, output, tasks['small']!.output]).toEqual(['completed', 'small', 'small']);
    const omitted = Object.values(tasks).filter(({ omittedBytes }) => omittedBytes === third.length + 2);
    expect(omitted.map((task) => task.output)).toEqual([null, null]);
  });

  test('outputs that are too large together are left out of the result of a failed and of a cancelled run', async () => {
    const needs = ['a', 'b', 'c', 'd', 'small'];
    const failed = await temporal.run(large({ last: { agent: 'no', needs } }), { agents: withThird });
    expect([failed.status, failed.tasks['small']!.output]).toEqual(['failed', 'small']);
    const { run, result } = await temporal.start(large({ last: { approve: { title: '?' }, needs } }), {
      agents: withThird,
    });
    await expect.poll(async () => (await run.snapshot()).tasks['last']!.status).toBe('running');
    await run.cancel();
    const cancelled = RunResult.parse(await result());
    expect([cancelled.status, cancelled.tasks['small']!.output]).toEqual(['cancelled', 'small']);
  });

  test('outputs that are too large together fail the run if they are its output', async () => {
    const plan = { ...large({}), output: '{% [$tasks.a.output, $tasks.b.output, $tasks.c.output, $tasks.d.output] %}' };
    const { status, failure } = await temporal.run(plan, { agents: withThird });
    expect(status).toBe('failed');
    expect(failure!.message).toMatch(/^output: it is 27\d{5} bytes of JSON, at most 2031616 fit into one payload/);
  });
});

describe('in the Web UI', () => {
  test('Web UI: the details contain the DAG, a table of the tasks, and the failure', async () => {
    const { id, result } = await temporal.start(saga, { agents });
    await result();
    const details = await detailsOf(id);
    expect(details).toContain('**saga**: failed');
    expect(details).toContain('> task b failed: AgentRefused: no');
    expect(details).toMatch(/```\n[^`]*\ba\b[^`]*\bb\b[^`]*```/);
    expect(details).toMatch(/\|[^|]*compensated[^|]*\|\W*a\W*\|\W*echo\W*\|/);
    expect(details).toMatch(/\|[^|]*failed[^|]*\|\W*b\W*\|\W*no\W*\|.*\|\W*no\W*\|/);
  });

  test('Web UI: a run has a summary, and a call is named by task and agent', async () => {
    const { run, result } = await temporal.start(saga, { agents });
    await result();
    const { staticSummary, staticDetails } = await run.describe().then(async (info) => ({
      staticSummary: await info.staticSummary(),
      staticDetails: await info.staticDetails(),
    }));
    expect(staticSummary).toBe('saga · 2 tasks');
    expect(staticDetails).toContain('Books and unbooks');
    const { events } = await temporal.env.client.workflow.getHandle(run.id).fetchHistory();
    const summaries = events!.flatMap(({ userMetadata }) =>
      userMetadata?.summary?.data == null
        ? []
        : [JSON.parse(Buffer.from(userMetadata.summary.data).toString()) as string],
    );
    expect(summaries).toEqual(['saga · 2 tasks', 'a · echo', 'b · no', 'a:compensate · echo']);
  });

  test('Web UI: a run is found by its plan, its status, and the task that failed', async () => {
    const { id, result } = await temporal.start({ ...saga, name: 'searched' }, { agents });
    await result();
    const query = "BatonPlan = 'searched' AND BatonStatus = 'failed' AND BatonFailedTask = 'b'";
    const found = async () => {
      const ids: string[] = [];
      for await (const { workflowId } of temporal.env.client.workflow.list({ query })) ids.push(workflowId);
      return ids;
    };
    await expect.poll(found).toEqual([id]);
    const [listed] = (await listRuns(temporal.env.client, { limit: 50 })).filter(({ runId }) => runId === id);
    expect(listed).toMatchObject({ plan: 'searched', status: 'failed', failedTask: 'b' });
  });
});

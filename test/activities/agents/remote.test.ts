import { describe, expect, test } from 'vitest';
import { agentFromData } from '../../../src/activities/agents/index.js';
import { remoteAgent } from '../../../src/activities/agents/remote/remote-agent.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { checkPlanEnds } from '../../../src/client/check-plan.js';
import { cardsOf } from '../../../src/domain/agent/card.js';
import { remoteQueueProblems } from '../../../src/domain/agent/remote-queues.js';
import { createWorker } from '../../../src/worker.js';
import { call, failureOf } from '../call.js';

const settings = { type: 'score', taskQueue: 'python' };

describe('a remote agent', () => {
  test('the card has its Task Queue, and the idle time that its workers do not know', () => {
    const agent = remoteAgent({ ...settings, idle: '5s', timeout: '1m', estimate: { usd: 1 }, maxOutput: '1MB' });
    expect(cardsOf([agent])).toEqual({
      score: {
        ...{ taskQueue: 'python', isRemote: true, idle: '5s', timeout: '1m', maxOutput: '1MB' },
        estimate: { usd: 1 },
      },
    });
    expect(cardsOf([functionAgent({ type: 'near', idle: '5s', run: () => 1 })])).toEqual({});
  });

  test('data without a Task Queue is refused', () => {
    expect(() => agentFromData({ type: 'score', kind: 'remote' })).toThrow(
      'agent "score": taskQueue: expected string, got nothing',
    );
  });

  test.each([
    [
      'breaker',
      { minCalls: 1 },
      'they have no circuit breakers, so give its tasks a fallback, or a retry with long pauses',
    ],
    [
      'pool',
      'gpus',
      'they hold no leases, so limit the calls where the agent is served, in Python by serve(…, max_calls=…)',
    ],
    [
      'capacity',
      3,
      'they hold no leases, so limit the calls where the agent is served, in Python by serve(…, max_calls=…)',
    ],
    [
      'rateLimit',
      { limit: 1, per: '1s' },
      'limit the rate where the agent is served, in Python by serve(…, max_calls_per_second=…)',
    ],
    ['cache', { ttl: '1h' }, 'they keep no answers, so let the agent itself keep them'],
  ])('%s is refused, with the agent, the reason and what to do instead', (key, value, instead) => {
    expect(() => agentFromData({ ...settings, kind: 'remote', [key]: value })).toThrow(
      `agent "score": ${key}: a remote agent cannot have it: the workers of Task Queue "python" make its calls; ${instead}`,
    );
  });

  test('a call that reaches a worker of this package waits for another one, and the message says why', async () => {
    const { type, message } = await failureOf(call({ agents: [remoteAgent(settings)] }));
    expect(type).toBe('AgentNotHere');
    expect(message).toContain('agent "score" is remote, and only workers of Task Queue "python" have it');
  });
});

test('validate: a cache on a task of a remote agent has no effect, also within a sub-plan', () => {
  const task = { agent: 'score', cache: { ttl: '1h' } };
  const plan = { name: 'p', tasks: { a: task, b: { plan: { name: 'q', tasks: { c: task } } } } };
  expect(checkPlanEnds(plan, { agents: [remoteAgent(settings)] }).warnings).toEqual([
    'tasks.a.cache: has no effect on "score", which is a remote agent',
    'tasks.b.plan.tasks.c.cache: has no effect on "score", which is a remote agent',
  ]);
  const near = functionAgent({ type: 'score', run: () => 1 });
  expect(checkPlanEnds(plan, { agents: [near] }).warnings).toEqual([]);
});

describe('the Task Queue of a remote agent', () => {
  const remote = remoteAgent(settings);

  test('that runs use, too, is refused when the configuration is loaded and when a worker is made', async () => {
    const [problem] = remoteQueueProblems([remote], ['python']);
    expect(problem).toBe(
      'agent "score": taskQueue: expected a Task Queue that only remote agents have, got "python", which runs use, too',
    );
    await expect(createWorker({ agents: [remote], taskQueues: ['python'] })).rejects.toThrow(problem);
  });

  test('that an agent of this package has, too, is refused; that of another remote agent is not', () => {
    const near = functionAgent({ type: 'near', taskQueue: 'python', run: () => 1 });
    expect(remoteQueueProblems([remote, near], ['baton'])).toEqual([
      'agent "score": taskQueue: expected a Task Queue that only remote agents have, got "python", which agent "near" has, too, and that one is not remote',
    ]);
    expect(remoteQueueProblems([remote, remoteAgent({ type: 'rank', taskQueue: 'python' })], ['baton'])).toEqual([]);
  });
});

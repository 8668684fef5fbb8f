// Activities that make no call of an agent, while the storage of large values is away for longer than their attempts last.
import { Context } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { StorageUnavailableError } from '../../src/values/storage/errors.js';
import { useTimeSkipping } from '../support/temporal.js';

const echo = functionAgent({ type: 'echo', run: (input) => input });
const sub: Plan = {
  name: 'sub',
  input: { type: 'object', required: ['n'] },
  tasks: { a: { agent: 'echo', input: '{% $input.n %}' } },
  output: '{% $tasks.a.output %}',
};
const planner = functionAgent({ type: 'planner', run: () => ({ plan: sub, input: { n: 2 } }) });
const real = createActivities({ agents: [echo, planner] });

/** Twice as many as the attempts of one activity. */
const AWAY_FOR = 20;
const tried = new Map<string, number>();

/** Fails as the SDK does if the input of the activity cannot be read. */
const away = <A extends unknown[], R>(activity: (...args: A) => R) =>
  function (this: void, ...args: A): R {
    const { activityId, workflowExecution } = Context.current().info;
    const key = `${workflowExecution!.workflowId} ${activityId}`;
    const count = (tried.get(key) ?? 0) + 1;
    tried.set(key, count);
    if (workflowExecution!.workflowId.startsWith('defect')) throw new Error('a defect');
    if (count <= AWAY_FOR) throw new StorageUnavailableError('cannot be read: EACCES', { storage: 'host:/values' });
    return activity(...args);
  };

const temporal = useTimeSkipping({
  activities: { ...real, checkInput: away(real.checkInput), catalogue: away(real.catalogue) },
});

/** For the client; the worker has its own. */
const agents = { planner: () => null };

const plan: Plan = {
  name: 'p',
  tasks: {
    checked: { plan: sub, input: { n: 1 } },
    made: { decompose: { goal: 'g', planner: 'planner', agents: ['echo'] } },
  },
  output: '{% [$tasks.checked.output, $tasks.made.output] %}',
};

test('checks of inputs and catalogues wait for the storage, however long it is away', async () => {
  const { status, output } = await temporal.run(plan, { agents, id: 'waits' });
  expect({ status, output }).toEqual({ status: 'completed', output: [1, 2] });
  expect(tried.get('waits checked:input')).toBe(AWAY_FOR + 1);
  expect(tried.get('waits made:catalogue')).toBe(AWAY_FOR + 1);
});

test.each([
  ['checked', 'checked:input'],
  ['made', 'made:catalogue'],
])('a defect of such an activity still ends its task: %s', async (task, activity) => {
  const { tasks } = plan;
  const alone: Plan = { name: 'p', tasks: { [task]: tasks[task]! } };
  const result = await temporal.run(alone, { agents, id: `defect-${task}` });
  expect([result.status, result.tasks[task]!.status]).toEqual(['failed', 'failed']);
  expect(tried.get(`defect-${task} ${activity}`)).toBe(10);
});

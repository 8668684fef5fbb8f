// Half a surrogate in a field of Temporal's protocol ends the worker, and the next one that tries. Here it is in every text
// that a person, a plan or an agent can give.
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useTimeSkipping } from '../support/temporal.js';

const temporal = useTimeSkipping();

const HALF = '\ud83d';

describe('half a character', () => {
  test('half a character in the texts of a plan is kept', async () => {
    const plan: Plan = {
      name: `p${HALF}`,
      description: `a plan ${HALF}`,
      tasks: {
        it: { agent: 'echo', description: `a task ${HALF}`, input: { [`k${HALF}`]: HALF } },
        ok: { approve: { title: `ok${HALF}?`, description: HALF } },
        of: { plan: { name: `inner${HALF}`, tasks: { it: { agent: 'echo' } } }, input: { x: HALF } },
        each: { agent: 'echo', forEach: { items: [HALF, `${HALF}b`] }, input: '{% $item %}' },
      },
      output: `{% $tasks.it.output %}`,
    };
    const { run, result } = await temporal.start(plan);
    await run.approve('ok', { comment: `fine ${HALF}`, by: HALF });
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ comment: `fine ${HALF}` });
  });

  test('half a character in a rejection ends the run with its failure', async () => {
    const { run, result } = await temporal.start({ name: 'p', tasks: { ok: { approve: { title: 'ok?' } } } });
    await run.approve('ok', { reject: true, comment: `no ${HALF}` });
    expect(await result()).toMatchObject({ status: 'failed', tasks: { ok: { failure: { type: 'Rejected' } } } });
  });

  test('half a character in an update that is rejected gets an answer', async () => {
    const { run, result } = await temporal.start({ name: 'p', tasks: { ok: { approve: { title: 'ok?' } } } });
    await expect(run.approve(`ok${HALF}`)).rejects.toThrow('has no task');
    await expect(run.skipTask(`ok${HALF}`)).rejects.toThrow('has no task');
    await expect(run.approve('ok', { plan: { name: HALF } })).rejects.toThrow();
    await run.approve('ok');
    expect((await result()).status).toBe('completed');
  });

  test('half a character in an event is delivered', async () => {
    const plan: Plan = { name: 'p', tasks: { it: { event: `paid${HALF}` } } };
    const { run, result } = await temporal.start(plan);
    await expect(run.deliverEvent(`other${HALF}`, HALF)).rejects.toThrow('event: expected a name that a task of run');
    await run.deliverEvent(`paid${HALF}`, { [HALF]: HALF });
    expect(await result()).toMatchObject({ status: 'completed' });
  });

  const agents = { planner: () => ({ name: HALF, tasks: { [`a${HALF}`]: { agent: `none${HALF}` } } }) };

  test.each<[string, Plan['tasks'][string]]>([
    ['an expression that fails', { agent: 'echo', input: `{% $error('no ${HALF}') %}` }],
    ['an expression that cuts a character', { agent: 'echo', input: `{% $error($substring('a😀', 0, 2)) %}` }],
    ['a wait', { wait: `{% 'x${HALF}' %}` }],
    ['what a planner answers', { decompose: { goal: `do ${HALF}`, planner: 'planner', repairs: 1 } }],
  ])('half a character in %s fails the run', async (_, task) => {
    const { status, failure } = await temporal.run({ name: 'p', tasks: { it: task } }, { agents });
    expect([status, failure?.type]).toEqual(['failed', 'TaskFailed']);
  });

  test('half a character in the id of a run or the name of a tenant is rejected before anything starts', async () => {
    const plan: Plan = { name: 'p', tasks: { it: { agent: 'echo' } } };
    await expect(temporal.start(plan, { id: `r${HALF}` })).rejects.toThrow('expected the id of a run');
    await expect(temporal.start(plan, { tenant: { name: `t${HALF}` } })).rejects.toThrow('on one line');
  });
});

// One claim for each code: the least plan that has the problem, and exactly the problems it has.
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/domain/problem.js';
import { validatePlan } from '../../../src/domain/validate/index.js';

const say = { agent: 'echo' };
const planOf = (tasks: Record<string, unknown>, head: Record<string, unknown> = {}) => ({ name: 'p', ...head, tasks });
const oneTask = (task: unknown) => planOf({ a: say, b: task });
const input = (expression: string) => oneTask({ ...say, input: `{% ${expression} %}` });

const problemsOf = (plan: unknown) => validatePlan(plan, ['echo', 'other']).problems;
const linesOf = (plan: unknown) => problemsOf(plan).map((one) => `${one.code} ${formatProblem(one)}`);

const LONG_ID = 'x'.repeat(101);

const CASES: readonly [claim: string, plan: unknown, lines: readonly (string | RegExp)[]][] = [
  ['what is no object', [], ['plan.not-an-object plan: expected an object with name and tasks, got []']],
  ['nothing', undefined, ['plan.not-an-object plan: expected an object with name and tasks, got nothing']],
  ['no name', { tasks: { a: say } }, ['plan.missing-key name: expected text, got nothing']],
  [
    'an empty name',
    planOf({ a: say }, { name: '' }),
    ['plan.out-of-range name: expected at least 1 character, got ""'],
  ],
  ['no tasks', { name: 'p' }, ['plan.no-tasks tasks: expected at least one task, got nothing']],
  ['an empty map of tasks', planOf({}), ['plan.no-tasks tasks: expected at least one task, got {}']],
  [
    'a list of tasks',
    { name: 'p', tasks: [{ id: 'a' }] },
    [/^plan\.bad-type tasks: expected an object from ids to tasks, got \[\{"id":"a"\}\]; write each/],
  ],
  [
    'a task that is none',
    oneTask(null),
    ['plan.bad-type tasks.b: expected a task, an object with a key such as "agent", got null'],
  ],
  [
    'an unknown key of the plan',
    planOf({ a: say }, { taks: 1 }),
    ['plan.unknown-key taks: unknown key "taks"; did you mean "tasks"?'],
  ],
  [
    'an unknown key of a task',
    oneTask({ ...say, neds: [] }),
    ['plan.unknown-key tasks.b.neds: unknown key "neds"; did you mean "needs"?'],
  ],
  [
    'a key of other systems',
    oneTask({ ...say, depends_on: [] }),
    ['plan.unknown-key tasks.b.depends_on: unknown key "depends_on"; did you mean "needs"?'],
  ],
  [
    'an unknown key further down',
    oneTask({ ...say, retry: { delay: '1s' } }),
    ['plan.unknown-key tasks.b.retry.delay: unknown key "delay"; known here: attempts, initial, factor, max'],
  ],
  [
    'a budget of malformed limits',
    planOf({ a: say }, { budget: { calls: -1, tokens: 1.5, usd: 'much', duration: '5' } }),
    [
      'plan.out-of-range budget.calls: expected at least 0, got -1',
      /^plan\.\S+ budget\.tokens: expected a whole number.*, got 1\.5$/,
      'plan.bad-value budget.usd: expected a number of at least 0, or { soft, hard }, got "much"',
      /^plan\.bad-duration budget\.duration: expected a duration .*, got "5"$/,
    ],
  ],
  [
    'a soft limit above the hard one',
    planOf({ a: say }, { budget: { tokens: { soft: 200, hard: 100 }, duration: { soft: '2h', hard: '1h' } } }),
    [
      'plan.out-of-range budget.tokens.soft: expected at most the hard limit, 100, got 200',
      'plan.out-of-range budget.duration.soft: expected at most the hard limit, "1h", got "2h"',
    ],
  ],
  [
    'half a limit',
    planOf({ a: say }, { budget: { tokens: { soft: 200 } } }),
    ['plan.missing-key budget.tokens.hard: expected a number, got nothing'],
  ],
  [
    'a limit of something else',
    planOf({ a: say }, { budget: { token: 5 } }),
    ['plan.unknown-key budget.token: unknown key "token"; did you mean "tokens"?'],
  ],
  [
    'a word for optional',
    oneTask({ ...say, optional: 'yes' }),
    ['plan.bad-type tasks.b.optional: expected true or false, got "yes"'],
  ],
  [
    'a value of another type',
    oneTask({ ...say, needs: 'a' }),
    ['plan.bad-type tasks.b.needs: expected an array, got "a"'],
  ],
  [
    'a value that is none of several',
    oneTask({ ...say, join: 'all' }),
    [
      'plan.bad-value tasks.b.join: expected "all-succeeded", "none-failed", "all-done", "any-succeeded", "any-failed" or { atLeast: k }, got "all"',
    ],
  ],
  [
    'a value that is not on the list',
    planOf({ a: say }, { onFailure: 'stopp' }),
    [
      'plan.bad-value onFailure: expected "compensate", "stop", "continue" or "replan", got "stopp"; did you mean "stop"?',
    ],
  ],
  [
    'a number too large',
    planOf({ a: say }, { concurrency: 1501 }),
    ['plan.out-of-range concurrency: expected at most 1500, got 1501'],
  ],
  [
    'a number too small',
    oneTask({ ...say, priority: 0 }),
    ['plan.out-of-range tasks.b.priority: expected at least 1, got 0'],
  ],
  [
    'a number that is not whole',
    oneTask({ ...say, priority: 1.5 }),
    ['plan.out-of-range tasks.b.priority: expected a whole number, got 1.5'],
  ],
  [
    'a malformed duration',
    oneTask({ ...say, timeout: 'soon' }),
    [/^plan\.bad-duration tasks\.b\.timeout: expected a duration .*, got "soon"$/],
  ],
  [
    'a duration without a unit',
    oneTask({ ...say, timeout: 30 }),
    [/^plan\.bad-duration tasks\.b\.timeout: expected a duration .*, got 30$/],
  ],
  [
    'a malformed id',
    planOf({ 'a-b': say }),
    [
      'plan.bad-id tasks.a-b: expected an id of a letter, then letters, digits and "_", at most 100, got "a-b"; for example "a_b"',
    ],
  ],
  ['an id that is too long', planOf({ [LONG_ID]: say }), [/^plan\.bad-id tasks\["x{70,}…\]: expected an id/]],
  [
    'the id __proto__',
    JSON.parse('{"name":"p","tasks":{"__proto__":{"agent":"echo"}}}'),
    [/^plan\.bad-id tasks\.__proto__: /],
  ],
  [
    'the key __proto__',
    JSON.parse('{"name":"p","__proto__":{},"tasks":{"a":{"agent":"echo","__proto__":{}}}}'),
    [/^plan\.unknown-key __proto__: /, /^plan\.unknown-key tasks\.a\.__proto__: /],
  ],
  [
    'a task of no kind',
    oneTask({ needs: ['a'] }),
    [
      'plan.no-kind tasks.b: expected exactly one of agent, race, vote, plan, decompose, approve, wait, event, got none',
    ],
  ],
  [
    'a task of several kinds',
    oneTask({ ...say, wait: '1s' }),
    [
      'plan.many-kinds tasks.b: expected exactly one of agent, race, vote, plan, decompose, approve, wait, event, got agent and wait',
    ],
  ],
  ['a kind that is to come', oneTask({ machine: {} }), ['plan.not-yet tasks.b.machine: not in this version of Baton']],
  [
    'a decomposition without its parts',
    oneTask({ decompose: { agents: [], maxTask: 3 } }),
    [
      'plan.missing-key tasks.b.decompose.goal: expected text, got nothing',
      'plan.missing-key tasks.b.decompose.planner: expected text, got nothing',
      'plan.out-of-range tasks.b.decompose.agents: expected at least 1, got []',
      /^plan\.unknown-key tasks\.b\.decompose\.maxTask: unknown key "maxTask"; did you mean "maxTasks"\?/,
    ],
  ],
  [
    'a plan that is to be planned anew by nobody',
    planOf({ a: say }, { onFailure: 'replan' }),
    ['plan.no-planner replan: expected { planner: … } where onFailure is "replan", got nothing'],
  ],
  [
    'a re-planning that cannot be read',
    planOf({ a: say }, { onFailure: 'replan', replan: { planer: 'say', replans: 11 } }),
    [
      'plan.missing-key replan.planner: expected text, got nothing',
      'plan.out-of-range replan.replans: expected at most 10, got 11',
      /^plan\.unknown-key replan\.planer: unknown key "planer"; did you mean "planner"\?/,
    ],
  ],
  [
    'a planner that nothing asks, and that is not there',
    planOf({ a: say }, { replan: { planner: 'ecko', agents: ['echo', 'no'], goal: '{% $input.x %}' } }),
    [
      'plan.replan-unused replan: expected onFailure: replan beside it, got "compensate"; set onFailure: replan',
      'plan.unknown-agent replan.planner: expected the type of an agent that is registered, got "ecko"; did you mean "echo"?',
      /^plan\.unknown-agent replan\.agents\[1\]: /,
      'plan.expression-scope replan.goal: expected plain text, got the expression "{% $input.x %}"',
    ],
  ],
  [
    'a decomposition that counts what it does not do, or that nobody would be asked about',
    planOf({
      a: { decompose: { goal: 'it', planner: 'echo', replans: 1 } },
      b: { decompose: { goal: 'it', planner: 'echo', onFailure: 'replan', approve: true } },
      c: { decompose: { goal: 'it', planner: 'echo', onFailure: 'stop' } },
    }),
    [
      /^plan\.bad-value tasks\.c\.decompose\.onFailure: expected "replan", got "stop"/,
      'plan.replan-unused tasks.a.decompose.replans: expected onFailure: replan beside it, got nothing; set onFailure: replan',
      'plan.replan-unapproved tasks.b.decompose.onFailure: expected no onFailure beside approve: nobody would be asked about the plan that takes its place, got "replan"',
    ],
  ],
  [
    'a cache of no duration',
    oneTask({ ...say, cache: { ttk: 'long' } }),
    [
      /^plan\.missing-key tasks\.b\.cache\.ttl: expected a duration such as .*, got nothing$/,
      'plan.unknown-key tasks.b.cache.ttk: unknown key "ttk"; did you mean "ttl"?',
    ],
  ],
  [
    'a cache that is no object',
    oneTask({ ...say, cache: '1h' }),
    ['plan.bad-type tasks.b.cache: expected an object of ttl, got "1h"'],
  ],
  [
    'a cache of a wait',
    oneTask({ wait: '1s', cache: { ttl: '1h' } }),
    ['plan.key-kind tasks.b.cache: expected cache only on a task with agent, race or vote, got one with wait'],
  ],
  [
    'a need that is no task',
    planOf({ ax: say, b: { ...say, needs: ['x'] } }),
    ['plan.unknown-need tasks.b.needs[0]: expected the id of a task of this plan, got "x"; did you mean "ax"?'],
  ],
  [
    'a need named twice',
    oneTask({ ...say, needs: ['a', 'a'] }),
    ['plan.duplicate-need tasks.b.needs[1]: expected each need once, got "a" again'],
  ],
  [
    'an unknown agent',
    oneTask({ agent: 'ecko' }),
    [
      'plan.unknown-agent tasks.b.agent: expected the type of an agent that is registered, got "ecko"; did you mean "echo"?',
    ],
  ],
  [
    'unknown agents beside the agent',
    oneTask({ ...say, fallback: { agent: 'f' }, compensate: { agent: 'c' } }),
    [/^plan\.unknown-agent tasks\.b\.fallback\.agent: /, /^plan\.unknown-agent tasks\.b\.compensate\.agent: /],
  ],
  [
    'an agent that is an expression',
    oneTask({ agent: '{% $input.agent %}' }),
    [/^plan\.expression-scope tasks\.b\.agent: /],
  ],
  [
    'a malformed expression',
    input('$input.x +'),
    [
      'plan.bad-expression tasks.b.input: expected a JSONata expression, got an error: Unexpected end of expression (at character 12)',
    ],
  ],
  [
    'a mention of no task',
    input('$tasks.c.output'),
    ['plan.unknown-task tasks.b.input: expected the id of a task of this plan after $tasks, got "c"'],
  ],
  [
    'a mention of no task, in compensate',
    oneTask({ ...say, compensate: { agent: 'other', input: '{% $tasks.cc.output %}' } }),
    [/^plan\.unknown-task tasks\.b\.compensate\.input: /],
  ],
  [
    'a mention of no task, in the output',
    planOf({ a: say }, { output: { x: '{% $tasks.z.output %}' } }),
    [/^plan\.unknown-task output\.x: /],
  ],
  [
    'a field that no task has',
    input('$tasks.a.ouput'),
    [
      'plan.unknown-field tasks.b.input: expected output, status, failure, failures after $tasks.a, got "ouput"; did you mean "output"?',
    ],
  ],
  ['a field of the output, without it', input('$tasks.a.files'), [/; did you mean \$tasks\.a\.output\.files\?$/]],
  [
    'a field that no run has',
    input('$run.name'),
    ['plan.unknown-field tasks.b.input: expected id, plan, startedAt after $run, got "name"'],
  ],
  [
    'an unknown variable',
    input('$inptu.x'),
    [
      'plan.unknown-variable tasks.b.input: expected $input, $tasks, $run or a function of JSONata, got "$inptu"; did you mean "$input"?',
    ],
  ],
  [
    'a variable named like a task',
    input('$a.output'),
    [/^plan\.unknown-variable .*; did you mean \$tasks\.a\.output\?$/],
  ],
  [
    '$item without forEach',
    input('$item'),
    [
      'plan.expression-scope tasks.b.input: expected $item only in the input, fallback or compensate of a task with forEach',
    ],
  ],
  [
    '$output outside of compensate',
    input('$output.url'),
    ['plan.expression-scope tasks.b.input: expected $output only in the compensate of a task'],
  ],
  [
    '$failure outside of fallback',
    oneTask({ ...say, compensate: { agent: 'other', input: '{% $failure.message %}' } }),
    [/^plan\.expression-scope tasks\.b\.compensate\.input: /],
  ],
  [
    '$item where no item is yet',
    oneTask({ ...say, when: '{% $item %}', forEach: { items: '{% [$index] %}' } }),
    [/^plan\.expression-scope tasks\.b\.when: /, /^plan\.expression-scope tasks\.b\.forEach\.items: /],
  ],
  [
    'chance',
    input('$random() & $shuffle([1])'),
    [/^plan\.refused-function .* \$random; /, /^plan\.refused-function .* \$shuffle; /],
  ],
  ['text as program', input('$eval($input.x)'), [/^plan\.refused-function .* \$eval; /]],
  [
    'the clock in items',
    oneTask({ ...say, forEach: { items: '{% [$millis()] %}' } }),
    [/^plan\.refused-function tasks\.b\.forEach\.items: /],
  ],
  ['$tasks without an id', input('$lookup($tasks, $input.x)'), [/^plan\.dynamic-tasks tasks\.b\.input: /]],
  [
    'a bare name',
    input('input.x'),
    [
      'plan.bare-name tasks.b.input: expected an expression over $input, $tasks, $run, got the bare name "input"; did you mean $input?',
    ],
  ],
  ['a bare task', input('a.output'), [/; did you mean \$tasks\.a\.output\?$/]],
  [
    'an expression within text',
    oneTask({ ...say, input: { x: 'hello {% $input.name %}!' } }),
    [
      "plan.partial-expression tasks.b.input.x: expected text that is wholly one expression, got one within other text; join them in one expression, such as {% 'text ' & $input.x %}",
    ],
  ],
  [
    'two expressions in a text',
    oneTask({ ...say, input: '{% $input.a %} {% $input.b %}' }),
    [/^plan\.partial-expression tasks\.b\.input: /],
  ],
  [
    'a condition that is no expression',
    oneTask({ ...say, when: '$input.x' }),
    [
      'plan.bad-value tasks.b.when: expected true, false or an expression {% … %}, got "$input.x"; did you mean "{% $input.x %}"?',
    ],
  ],
  [
    'more successes than needs',
    oneTask({ ...say, needs: ['a'], join: { atLeast: 2 } }),
    ["plan.join-never-holds tasks.b.join: expected atLeast to be no more than the task's needs, 1, got 2"],
  ],
  [
    'any success of no need',
    oneTask({ ...say, join: 'any-succeeded' }),
    [/^plan\.join-never-holds .* on one without; add needs$/],
  ],
  [
    'any failure where a failure ends all',
    planOf({ a: say, b: { ...say, needs: ['a'], join: 'any-failed' } }, { onFailure: 'stop' }),
    [/^plan\.join-never-holds tasks\.b\.join: expected onFailure of the plan to be "continue", got "stop"/],
  ],
  [
    'any failure under the default',
    oneTask({ ...say, needs: ['a'], join: 'any-failed' }),
    [/^plan\.join-never-holds .* got "compensate"/],
  ],
  [
    'a forEach without items',
    oneTask({ ...say, forEach: {} }),
    ['plan.no-items tasks.b.forEach.items: expected an array, or an expression that gives one, got nothing'],
  ],
  [
    'items that are text',
    oneTask({ ...say, forEach: { items: 'abc' } }),
    [/^plan\.bad-value tasks\.b\.forEach\.items: expected an array, or an expression/],
  ],
  [
    'more items than maxItems',
    oneTask({ ...say, forEach: { items: [1, 2, 3], maxItems: 2 } }),
    ['plan.out-of-range tasks.b.forEach.items: expected at most 2 items, got 3; raise maxItems'],
  ],
  [
    'more tolerance than all',
    oneTask({ ...say, forEach: { items: [], tolerate: '101%' } }),
    [/^plan\.bad-value tasks\.b\.forEach\.tolerate: /],
  ],
  [
    'a forEach that is no object',
    oneTask({ ...say, forEach: '{% $input %}' }),
    [
      'plan.bad-type tasks.b.forEach: expected an object of items, concurrency, batch, tolerate, maxItems, got "{% $input %}"',
    ],
  ],
  [
    'a forEach of waits',
    oneTask({ wait: '1s', forEach: { items: [] } }),
    [
      'plan.forEach-kind tasks.b.forEach: expected forEach only on a task with agent, race, vote or plan, got one with wait',
    ],
  ],
  [
    'an undo of an approval',
    oneTask({ approve: { title: 'x' }, compensate: { agent: 'echo' } }),
    [/^plan\.compensate-kind tasks\.b\.compensate: /],
  ],
  [
    'a fallback of a plan',
    oneTask({ plan: planOf({ a: say }), fallback: { agent: 'echo' } }),
    [/^plan\.fallback-kind tasks\.b\.fallback: /],
  ],
  [
    'agents of a race, a vote and a chain of fallbacks that are not there',
    planOf({
      a: { race: ['echo', 'x'] },
      b: { vote: { agents: ['y', 'other', 'echo'], quorum: 2 }, fallback: [{ agent: 'echo' }, { agent: 'z' }] },
    }),
    [
      /^plan\.unknown-agent tasks\.a\.race\[1\]: expected the type of an agent that is registered, got "x"/,
      /^plan\.unknown-agent tasks\.b\.vote\.agents\[0\]: /,
      /^plan\.unknown-agent tasks\.b\.fallback\[1\]\.agent: /,
    ],
  ],
  [
    'a quorum that cannot be reached, and one that is none',
    planOf({
      a: { vote: { agents: ['echo', 'other'], quorum: 3 } },
      b: { vote: { agents: ['echo', 'other'], quorum: 1 } },
    }),
    [
      'plan.out-of-range tasks.a.vote.quorum: expected at most the number of agents, 2, got 3',
      'plan.out-of-range tasks.b.vote.quorum: expected at least 2, got 1',
    ],
  ],
  [
    'the same agent twice in a race, and a race of one',
    planOf({ a: { race: ['echo', 'other', 'echo'] }, b: { race: ['echo'] } }),
    [
      'plan.duplicate-agent tasks.a.race[2]: expected each agent once, got "echo"',
      /^plan\.out-of-range tasks\.b\.race: expected at least 2, got \["echo"\]/,
    ],
  ],
  [
    'a hedge of a race, one that is no use, and one that comes too late',
    planOf({
      a: { race: ['echo', 'other'], hedge: { after: '1s' } },
      b: { ...say, hedge: { after: '1s', max: 1 } },
      c: { ...say, hedge: { after: '2h' }, deadline: '1h' },
      d: { ...say, hedge: { max: 'two' } },
    }),
    [
      'plan.out-of-range tasks.b.hedge.max: expected at least 2, got 1',
      /^plan\.missing-key tasks\.d\.hedge\.after: expected a duration .*, got nothing$/,
      'plan.bad-type tasks.d.hedge.max: expected a number, got "two"',
      'plan.key-kind tasks.a.hedge: expected hedge only on a task with agent, got one with race',
      'plan.out-of-range tasks.c.deadline: expected at least the time before a hedge, "2h", got "1h"',
    ],
  ],
  [
    'a race beside an agent',
    oneTask({ ...say, race: ['echo', 'other'] }),
    [/^plan\.many-kinds tasks\.b: .*, got agent and race$/],
  ],
  [
    'fallbacks of the wrong shape',
    planOf({
      a: { ...say, fallback: [] },
      b: { ...say, fallback: [{ agent: 'echo', timout: '1s' }] },
      c: { ...say, fallback: 'echo' },
      d: { ...say, fallback: { input: 1 } },
    }),
    [
      'plan.out-of-range tasks.a.fallback: expected at least 1, got []',
      'plan.unknown-key tasks.b.fallback[0].timout: unknown key "timout"; did you mean "timeout"?',
      'plan.bad-value tasks.c.fallback: expected { agent: … }, or a list of them, got "echo"',
      'plan.missing-key tasks.d.fallback.agent: expected text, got nothing',
    ],
  ],
  [
    'retries of an event',
    oneTask({ event: 'e', retry: {}, heartbeat: '1s', input: 1 }),
    [/^plan\.key-kind tasks\.b\.retry: /, /^plan\.key-kind tasks\.b\.heartbeat: /, /^plan\.key-kind tasks\.b\.input: /],
  ],
  ['a timeout of a wait', oneTask({ wait: '1s', timeout: '1s' }), [/^plan\.key-kind tasks\.b\.timeout: /]],
  [
    'a wait for nothing that is a time',
    oneTask({ wait: 'tomorrow' }),
    [/^plan\.bad-wait tasks\.b\.wait: .*, got "tomorrow"$/],
  ],
  [
    'a time as a duration',
    oneTask({ wait: { for: '2030-01-31T09:00:00Z' } }),
    [/^plan\.bad-wait tasks\.b\.wait\.for: /],
  ],
  ['a duration as a time', oneTask({ wait: { until: '5s' } }), [/^plan\.bad-wait tasks\.b\.wait\.until: /]],
  [
    'a wait in other words',
    oneTask({ wait: { seconds: 5 } }),
    [
      /^plan\.bad-value tasks\.b\.wait: expected a duration, an ISO 8601 time, an expression, \{ for: … \} or \{ until: … \}, got \{"seconds":5\}$/,
    ],
  ],
  [
    'a deadline within one attempt',
    oneTask({ ...say, timeout: '5m', deadline: '1m' }),
    ['plan.out-of-range tasks.b.deadline: expected at least the timeout of one attempt, "5m", got "1m"'],
  ],
  [
    'a first delay beyond the longest',
    planOf({ a: say }, { defaults: { retry: { initial: '5s', max: '1s' } } }),
    ['plan.out-of-range defaults.retry.max: expected at least the first delay, "5s", got "1s"'],
  ],
];

describe('validatePlan refuses', () => {
  it.each(CASES)('%s', (_claim, plan, lines) => {
    const came = linesOf(plan);
    expect(came).toHaveLength(lines.length);
    for (const [i, line] of lines.entries()) {
      if (typeof line === 'string') expect(came[i]).toBe(line);
      else expect(came[i]).toMatch(line);
    }
  });
});

describe('validatePlan accepts', () => {
  it.each<[string, unknown]>([
    [
      'ids that objects have by nature',
      planOf({
        constructor: say,
        toString: { ...say, needs: ['constructor'] },
        hasOwnProperty: { ...say, input: '{% $tasks.toString.output %}' },
      }),
    ],
    [
      'names that objects have by nature, in data',
      input('{"constructor": $input.constructor, "x": $tasks.a.output.__proto__}'),
    ],
    [
      'other text with {% in it',
      oneTask({ ...say, input: ['{% not closed', 'Jinja: {% if x %}', '100 %} sure', '{% else %} $5'] }),
    ],
    [
      'the item where one is',
      oneTask({
        ...say,
        forEach: { items: '{% $tasks.a.output %}' },
        input: '{% $item & $index %}',
        fallback: { agent: 'other', input: '{% [$item, $failure] %}' },
        compensate: { agent: 'other', input: '{% [$output, $item, $index] %}' },
      }),
    ],
    ['the clock elsewhere', input('$now()')],
    [
      'a mention in compensate of what waits for the task',
      planOf({
        a: { ...say, compensate: { agent: 'other', input: '{% $tasks.b.status %}' } },
        b: { ...say, needs: ['a'] },
      }),
    ],
    [
      'any failure where a failure ends nothing',
      planOf({ a: say, b: { ...say, needs: ['a'], join: 'any-failed' } }, { onFailure: 'continue' }),
    ],
    [
      'as many successes as mentions',
      planOf({ a: say, b: say, c: { ...say, needs: ['a'], when: '{% $tasks.b.output %}', join: { atLeast: 2 } } }),
    ],
    [
      'waits',
      planOf({
        a: { wait: '5s' },
        b: { wait: { for: '1h30m' } },
        c: { wait: { until: '2030-01-31T09:00:00+01:00' } },
        d: { wait: '{% $input.at %}' },
      }),
    ],
    [
      'a default that is longer than what a task says',
      planOf({ a: { ...say, deadline: '1m' } }, { defaults: { timeout: '5m' } }),
    ],
  ])('%s', (_claim, plan) => {
    expect(linesOf(plan)).toEqual([]);
  });
});

describe('validatePlan', () => {
  it('lets no problem hide another', () => {
    const plan = planOf(
      {
        a: { agent: 5, needs: ['zz', 7], timeout: 'x', forEach: { items: '{% $nope %}', concurrency: 0 }, unknown: 1 },
        b: { ...say, needs: ['a', 'b'], input: '{% $tasks.a.outputs %}' },
      },
      { name: 5, defaults: { retry: { attempts: 0 } }, output: '{% $tasks.q %}' },
    );
    expect(problemsOf(plan).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'plan.bad-type name',
      'plan.out-of-range defaults.retry.attempts',
      'plan.bad-type tasks.a.agent',
      'plan.bad-type tasks.a.needs[1]',
      'plan.out-of-range tasks.a.forEach.concurrency',
      'plan.bad-duration tasks.a.timeout',
      'plan.unknown-key tasks.a.unknown',
      'plan.unknown-variable tasks.a.forEach.items',
      'plan.unknown-field tasks.b.input',
      'plan.unknown-task output',
      'plan.unknown-need tasks.a.needs[0]',
      'plan.cycle tasks.b',
    ]);
  });

  it('counts a task that is malformed all through as a task', () => {
    expect(linesOf(planOf({ a: null, b: { ...say, needs: ['a'], input: '{% $tasks.a.output %}' } }))).toHaveLength(1);
  });

  it('checks no agents if it is told of none', () => {
    expect(validatePlan(oneTask({ agent: 'whoever' })).problems).toEqual([]);
    expect(validatePlan(oneTask({ agent: 'whoever' }), []).problems.map(({ hint }) => hint)).toEqual([
      'there are none',
      'there are none',
    ]);
  });
});

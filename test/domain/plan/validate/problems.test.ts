// One case for each problem: the smallest plan that has it, and all problems that are reported for that plan.
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/domain/problem.js';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';

const say = { agent: 'echo' };
const planOf = (tasks: Record<string, unknown>, head: Record<string, unknown> = {}) => ({ name: 'p', ...head, tasks });
const oneTask = (task: unknown) => planOf({ a: say, b: task });
const input = (expression: string) => oneTask({ ...say, input: `{% ${expression} %}` });

const problemsOf = (plan: unknown) => validatePlan(plan, ['echo', 'other']).problems;
const linesOf = (plan: unknown) => problemsOf(plan).map((one) => `${one.code} ${formatProblem(one)}`);

const LONG_ID = 'x'.repeat(101);

const CASES: readonly [claim: string, plan: unknown, lines: readonly (string | RegExp)[]][] = [
  ['a value that is not an object', [], ['plan.not-an-object plan: expected an object with name and tasks, got []']],
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
    [/^plan\.bad-type tasks: expected an object from ids to tasks, got \[\{"id":"a"\}\]; write an object/],
  ],
  [
    'a task that is not an object',
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
    'an unknown key of a nested object',
    oneTask({ ...say, retry: { delay: '1s' } }),
    ['plan.unknown-key tasks.b.retry.delay: unknown key "delay"; known here: attempts, initial, factor, max'],
  ],
  [
    'names of events that are too long to be sent',
    planOf({ a: { event: 'x'.repeat(501) }, b: { event: { name: 'x'.repeat(600) } }, c: { event: 'x'.repeat(500) } }),
    [
      'plan.out-of-range tasks.a.event: expected at most 500 characters, got 501',
      'plan.out-of-range tasks.b.event.name: expected at most 500 characters, got 600',
    ],
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
    'a soft limit above the hard limit',
    planOf({ a: say }, { budget: { tokens: { soft: 200, hard: 100 }, duration: { soft: '2h', hard: '1h' } } }),
    [
      'plan.out-of-range budget.tokens.soft: expected at most the hard limit, 100, got 200',
      'plan.out-of-range budget.duration.soft: expected at most the hard limit, "1h", got "2h"',
    ],
  ],
  [
    'a soft limit without a hard limit',
    planOf({ a: say }, { budget: { tokens: { soft: 200 } } }),
    ['plan.missing-key budget.tokens.hard: expected a number, got nothing'],
  ],
  [
    'an unknown kind of limit',
    planOf({ a: say }, { budget: { token: 5 } }),
    ['plan.unknown-key budget.token: unknown key "token"; did you mean "tokens"?'],
  ],
  [
    'text for optional',
    oneTask({ ...say, optional: 'yes' }),
    ['plan.bad-type tasks.b.optional: expected true or false, got "yes"'],
  ],
  [
    'a value of another type',
    oneTask({ ...say, needs: 'a' }),
    ['plan.bad-type tasks.b.needs: expected an array, got "a"'],
  ],
  [
    'a value that has none of the allowed forms',
    oneTask({ ...say, join: 'all' }),
    [
      'plan.bad-value tasks.b.join: expected "all-succeeded", "none-failed", "all-done", "any-succeeded", "any-failed" or { atLeast: k }, got "all"',
    ],
  ],
  [
    'a value that is not one of the allowed words',
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
      'plan.no-kind tasks.b: expected exactly one of agent, race, vote, plan, decompose, approve, wait, event, publish, got none',
    ],
  ],
  [
    'a task of several kinds',
    oneTask({ ...say, wait: '1s' }),
    [
      'plan.many-kinds tasks.b: expected exactly one of agent, race, vote, plan, decompose, approve, wait, event, publish, got agent and wait',
    ],
  ],
  [
    'a kind that this version does not have',
    oneTask({ machine: {} }),
    ['plan.not-yet tasks.b.machine: not in this version of Baton'],
  ],
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
    'onFailure: replan without a planner',
    planOf({ a: say }, { onFailure: 'replan' }),
    ['plan.no-planner replan: onFailure: replan requires replan: { planner: … }'],
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
    'a replan that is not used, with unknown agents and an expression',
    planOf({ a: say }, { replan: { planner: 'ecko', agents: ['echo', 'no'], goal: '{% $input.x %}' } }),
    [
      'plan.replan-unused replan: replan requires onFailure: replan, got "compensate"; set onFailure: replan',
      'plan.unknown-agent replan.planner: expected the type of an agent that is registered, got "ecko"; did you mean "echo"?',
      /^plan\.unknown-agent replan\.agents\[1\]: /,
      'plan.expression-scope replan.goal: expected plain text, got the expression "{% $input.x %}"',
    ],
  ],
  [
    'a decomposition with unused replans, and one whose new plan would need no approval',
    planOf({
      a: { decompose: { goal: 'it', planner: 'echo', replans: 1 } },
      b: { decompose: { goal: 'it', planner: 'echo', onFailure: 'replan', approve: true } },
      c: { decompose: { goal: 'it', planner: 'echo', onFailure: 'stop' } },
    }),
    [
      /^plan\.bad-value tasks\.c\.decompose\.onFailure: expected "replan", got "stop"/,
      'plan.replan-unused tasks.a.decompose.replans: replans requires onFailure: replan, got nothing; set onFailure: replan',
      'plan.replan-unapproved tasks.b.decompose.onFailure: onFailure: replan and approve exclude each other: the new plan would run without an approval',
    ],
  ],
  [
    'a cache without a ttl',
    oneTask({ ...say, cache: { ttk: 'long' } }),
    [
      /^plan\.missing-key tasks\.b\.cache\.ttl: expected a duration such as .*, got nothing$/,
      'plan.unknown-key tasks.b.cache.ttk: unknown key "ttk"; did you mean "ttl"?',
    ],
  ],
  [
    'a cache that is not an object',
    oneTask({ ...say, cache: '1h' }),
    ['plan.bad-type tasks.b.cache: expected an object of ttl, got "1h"'],
  ],
  [
    'a cache of a wait',
    oneTask({ wait: '1s', cache: { ttl: '1h' } }),
    ['plan.key-kind tasks.b.cache: expected cache only on a task with agent, race or vote, got one with wait'],
  ],
  [
    'a need that is not a task',
    planOf({ ax: say, b: { ...say, needs: ['x'] } }),
    ['plan.unknown-need tasks.b.needs[0]: expected the id of a task of this plan, got "x"; did you mean "ax"?'],
  ],
  [
    'a duplicate need',
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
    'unknown agents of fallback and compensate',
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
    'a mention of an unknown task',
    input('$tasks.c.output'),
    ['plan.unknown-task tasks.b.input: expected the id of a task of this plan after $tasks, got "c"'],
  ],
  [
    'a mention of an unknown task, in compensate',
    oneTask({ ...say, compensate: { agent: 'other', input: '{% $tasks.cc.output %}' } }),
    [/^plan\.unknown-task tasks\.b\.compensate\.input: /],
  ],
  [
    'a mention of an unknown task, in the output',
    planOf({ a: say }, { output: { x: '{% $tasks.z.output %}' } }),
    [/^plan\.unknown-task output\.x: /],
  ],
  [
    'an unknown field of a task',
    input('$tasks.a.ouput'),
    [
      'plan.unknown-field tasks.b.input: expected output, status, failure, failures after $tasks.a, got "ouput"; did you mean "output"?',
    ],
  ],
  ['a field of the output without "output"', input('$tasks.a.files'), [/; did you mean \$tasks\.a\.output\.files\?$/]],
  [
    'an unknown field of the run',
    input('$run.name'),
    ['plan.unknown-field tasks.b.input: expected id, plan, startedAt, scheduledAt after $run, got "name"'],
  ],
  [
    'an unknown variable',
    input('$inptu.x'),
    [
      'plan.unknown-variable tasks.b.input: expected $input, $tasks, $run, $needs or a function of JSONata, got "$inptu"; did you mean "$input"?',
    ],
  ],
  [
    'a variable with the name of a task',
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
    '$item in when and in items',
    oneTask({ ...say, when: '{% $item %}', forEach: { items: '{% [$index] %}' } }),
    [/^plan\.expression-scope tasks\.b\.when: /, /^plan\.expression-scope tasks\.b\.forEach\.items: /],
  ],
  [
    'functions that depend on chance',
    input('$random() & $shuffle([1])'),
    [/^plan\.refused-function .* \$random; /, /^plan\.refused-function .* \$shuffle; /],
  ],
  ['$eval', input('$eval($input.x)'), [/^plan\.refused-function .* \$eval; /]],
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
      'plan.bare-name tasks.b.input: expected an expression over $input, $tasks, $run, $needs, got the bare name "input"; did you mean $input?',
    ],
  ],
  ['a bare task', input('a.output'), [/; did you mean \$tasks\.a\.output\?$/]],
  [
    'an expression within text',
    oneTask({ ...say, input: { x: 'hello {% $input.name %}!' } }),
    [
      "plan.partial-expression tasks.b.input.x: expected a string that is one whole expression, got an expression within other text; write all of it as one expression, such as {% 'text ' & $input.x %}",
    ],
  ],
  [
    'two expressions in a text',
    oneTask({ ...say, input: '{% $input.a %} {% $input.b %}' }),
    [/^plan\.partial-expression tasks\.b\.input: /],
  ],
  [
    'a condition that is not an expression',
    oneTask({ ...say, when: '$input.x' }),
    [
      'plan.bad-value tasks.b.when: expected true, false or an expression {% … %}, got "$input.x"; did you mean "{% $input.x %}"?',
    ],
  ],
  [
    'join atLeast above the number of needs',
    oneTask({ ...say, needs: ['a'], join: { atLeast: 2 } }),
    [
      'plan.join-never-holds tasks.b.join: atLeast must not exceed the number of needs: it is 2, and the task has 1 need',
    ],
  ],
  [
    'join any-succeeded without needs',
    oneTask({ ...say, join: 'any-succeeded' }),
    ['plan.join-never-holds tasks.b.join: join "any-succeeded" requires needs: the task has none; add needs'],
  ],
  [
    'join any-failed if a failure stops the run',
    planOf({ a: say, b: { ...say, needs: ['a'], join: 'any-failed' } }, { onFailure: 'stop' }),
    [
      'plan.join-never-holds tasks.b.join: join "any-failed" requires onFailure: continue in the plan: with "stop", no task starts after a failure; set onFailure: continue, or use compensate to undo work',
    ],
  ],
  [
    'join any-failed under the default onFailure',
    oneTask({ ...say, needs: ['a'], join: 'any-failed' }),
    [/^plan\.join-never-holds .* with "compensate", no task starts after a failure/],
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
    'tolerate above 100%',
    oneTask({ ...say, forEach: { items: [], tolerate: '101%' } }),
    [/^plan\.bad-value tasks\.b\.forEach\.tolerate: /],
  ],
  [
    'a forEach that is not an object',
    oneTask({ ...say, forEach: '{% $input %}' }),
    [
      'plan.bad-type tasks.b.forEach: expected an object of items, concurrency, batch, tolerate, maxItems, got "{% $input %}"',
    ],
  ],
  [
    'a forEach of waits',
    oneTask({ wait: '1s', forEach: { items: [] } }),
    [
      'plan.forEach-kind tasks.b.forEach: expected forEach only on a task with agent, race, vote, plan or publish, got one with wait',
    ],
  ],
  [
    'compensate of an approval',
    oneTask({ approve: { title: 'x' }, compensate: { agent: 'echo' } }),
    [/^plan\.compensate-kind tasks\.b\.compensate: /],
  ],
  [
    'a fallback of a plan',
    oneTask({ plan: planOf({ a: say }), fallback: { agent: 'echo' } }),
    [/^plan\.fallback-kind tasks\.b\.fallback: /],
  ],
  [
    'unknown agents of a race, a vote and a list of fallbacks',
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
    'a quorum above the number of agents, and a quorum of one',
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
    'a duplicate agent in a race, and a race of one agent',
    planOf({ a: { race: ['echo', 'other', 'echo'] }, b: { race: ['echo'] } }),
    [
      'plan.duplicate-agent tasks.a.race[2]: expected each agent once, got "echo"',
      /^plan\.out-of-range tasks\.b\.race: expected at least 2, got \["echo"\]/,
    ],
  ],
  [
    'a hedge of a race, of one call, after the deadline, and without after',
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
      'plan.out-of-range tasks.c.deadline: deadline must not be shorter than hedge.after: got "1h" and "2h"',
    ],
  ],
  [
    'a race together with an agent',
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
    'retry, heartbeat and input of an event',
    oneTask({ event: 'e', retry: {}, heartbeat: '1s', input: 1 }),
    [/^plan\.key-kind tasks\.b\.retry: /, /^plan\.key-kind tasks\.b\.heartbeat: /, /^plan\.key-kind tasks\.b\.input: /],
  ],
  [
    'an event in a wait',
    oneTask({ wait: { event: 'paid' } }),
    [/^plan\.bad-value tasks\.b\.wait: .*; a task that waits for an event has "event: \{ name: … \}" instead/],
  ],
  ['a timeout of a wait', oneTask({ wait: '1s', timeout: '1s' }), [/^plan\.key-kind tasks\.b\.timeout: /]],
  [
    'a wait for text that is not a time',
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
    'a wait with an unknown key',
    oneTask({ wait: { seconds: 5 } }),
    [
      /^plan\.bad-value tasks\.b\.wait: expected a duration, an ISO 8601 time, an expression, \{ for: … \} or \{ until: … \}, got \{"seconds":5\}$/,
    ],
  ],
  [
    'a deadline shorter than the timeout',
    oneTask({ ...say, timeout: '5m', deadline: '1m' }),
    ['plan.out-of-range tasks.b.deadline: deadline must not be shorter than timeout: got "1m" and "5m"'],
  ],
  [
    'a first retry delay above the longest',
    planOf({ a: say }, { defaults: { retry: { initial: '5s', max: '1s' } } }),
    ['plan.out-of-range defaults.retry.max: max must not be shorter than initial: got "1s" and "5s"'],
  ],
];

describe('validatePlan', () => {
  it.each(CASES)('a plan is rejected for %s', (_claim, plan, lines) => {
    const came = linesOf(plan);
    expect(came).toHaveLength(lines.length);
    for (const [i, line] of lines.entries()) {
      if (typeof line === 'string') expect(came[i]).toBe(line);
      else expect(came[i]).toMatch(line);
    }
  });
});

describe('validatePlan', () => {
  it.each<[string, unknown]>([
    [
      'ids that are properties of every object',
      planOf({
        constructor: say,
        toString: { ...say, needs: ['constructor'] },
        hasOwnProperty: { ...say, input: '{% $tasks.toString.output %}' },
      }),
    ],
    [
      'fields that are properties of every object',
      input('{"constructor": $input.constructor, "x": $tasks.a.output.__proto__}'),
    ],
    [
      'other text with {% in it',
      oneTask({ ...say, input: ['{% not closed', 'Jinja: {% if x %}', '100 %} sure', '{% else %} $5'] }),
    ],
    [
      '$item and $index in the parts for each item',
      oneTask({
        ...say,
        forEach: { items: '{% $tasks.a.output %}' },
        input: '{% $item & $index %}',
        fallback: { agent: 'other', input: '{% [$item, $failure] %}' },
        compensate: { agent: 'other', input: '{% [$output, $item, $index] %}' },
      }),
    ],
    ['the clock outside of items', input('$now()')],
    [
      'a mention in compensate of a task that waits for this one',
      planOf({
        a: { ...say, compensate: { agent: 'other', input: '{% $tasks.b.status %}' } },
        b: { ...say, needs: ['a'] },
      }),
    ],
    [
      'join any-failed with onFailure: continue',
      planOf({ a: say, b: { ...say, needs: ['a'], join: 'any-failed' } }, { onFailure: 'continue' }),
    ],
    [
      'join atLeast that counts mentioned tasks',
      planOf({ a: say, b: say, c: { ...say, needs: ['a'], when: '{% $tasks.b.output %}', join: { atLeast: 2 } } }),
    ],
    [
      'waits of every form',
      planOf({
        a: { wait: '5s' },
        b: { wait: { for: '1h30m' } },
        c: { wait: { until: '2030-01-31T09:00:00+01:00' } },
        d: { wait: '{% $input.at %}' },
      }),
    ],
    [
      'a default timeout longer than the deadline of a task',
      planOf({ a: { ...say, deadline: '1m' } }, { defaults: { timeout: '5m' } }),
    ],
  ])('a plan may have %s', (_claim, plan) => {
    expect(linesOf(plan)).toEqual([]);
  });
});

describe('validatePlan', () => {
  it('a problem does not hide another', () => {
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

  it('a task that cannot be read still counts as a task', () => {
    expect(linesOf(planOf({ a: null, b: { ...say, needs: ['a'], input: '{% $tasks.a.output %}' } }))).toHaveLength(1);
  });

  it('agents are not checked without a list of agents', () => {
    expect(validatePlan(oneTask({ agent: 'any' })).problems).toEqual([]);
    expect(validatePlan(oneTask({ agent: 'any' }), []).problems.map(({ hint }) => hint)).toEqual([
      'there are none',
      'there are none',
    ]);
  });
});

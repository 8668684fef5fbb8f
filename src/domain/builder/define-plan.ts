// Builds plans in TypeScript. The result is the same data that YAML gives; the compiler checks the types of inputs and outputs.
// The plan is validated like any other. Which agents are registered is not known here, so their names are not checked.
import { z } from 'zod';
import { InvalidPlanError } from '../plan/parse.js';
import type {
  CommonOptions,
  DecomposeSettings,
  ForEachHandle,
  ForEachSettings,
  PlanBuilder,
  PlanOptions,
  PlanOutput,
  TypedPlan,
} from './types.js';
import { shown, problem, type Problem } from '../problem.js';
import { refer, referTo, sourceOf, type Ref, type Value } from './reference.js';
import { validatePlan } from '../plan/validate/index.js';

type Build<I, X> = (p: PlanBuilder<I>) => PlanOutput<X> | void;

/** Builds a plan. Throws an InvalidPlanError that lists all problems. */
export function definePlan<I = unknown, X = unknown>(name: string, build: Build<I, X>): TypedPlan<I, Value<X>>;
export function definePlan<S extends z.ZodType, X = unknown>(
  name: string,
  options: PlanOptions<S>,
  build: Build<z.input<S>, X>,
): TypedPlan<z.input<S>, Value<X>>;
export function definePlan(
  name: string,
  first: PlanOptions | Build<unknown, unknown>,
  second?: Build<unknown, unknown>,
): TypedPlan {
  const [options, build] = typeof first === 'function' ? [{}, first] : [first, second];
  const draft: Draft = { tasks: new Map(), problems: [] };
  build?.(createBuilder(draft));
  const { input, ...head } = options;
  const schema = input === undefined ? undefined : schemaOf(input, draft.problems);
  const data = toData({ name, ...head, input: schema, tasks: Object.fromEntries(draft.tasks), output: draft.output });
  const { plan, problems } = validatePlan(data);
  const all = [...draft.problems, ...problems];
  if (plan === undefined || all.length > 0) throw new InvalidPlanError(all);
  return plan;
}

/** What the methods of the builder have added so far. */
interface Draft {
  readonly tasks: Map<string, object>;
  readonly problems: Problem[];
  output?: unknown;
}

const ITEM = [refer('$item'), refer('$index')];

function createBuilder(draft: Draft): PlanBuilder<unknown> {
  const add = (id: string, task: object): void => {
    if (!draft.tasks.has(id)) draft.tasks.set(id, task);
    else
      draft.problems.push(problem('plan.duplicate-id', ['tasks', id], `expected each id once, got ${shown(id)} again`));
  };
  return {
    input: refer<unknown>('$input'),
    run: refer('$run'),
    expr: (texts, ...values) => referTo(texts, values),
    task(id, agent, input, options = {}) {
      add(id, { agent: typeOf(agent), input, ...settingsOf(options, []) });
      return new Task(id);
    },
    race(id, agents, input, options = {}) {
      add(id, { race: agents.map(typeOf), input, ...settingsOf(options, []) });
      return new Task(id);
    },
    vote(id, { agents, quorum }, input, options = {}) {
      add(id, { vote: { agents: agents.map(typeOf), quorum }, input, ...settingsOf(options, []) });
      return new Task(id);
    },
    forEach(id, worker, items, input, options) {
      const { concurrency, batch, tolerate, maxItems, ...rest }: ForEachSettings & AnyOptions = options ?? {};
      add(id, {
        ...(typeof worker === 'object' && 'tasks' in worker ? { plan: worker } : { agent: typeOf(worker) }),
        forEach: { items, concurrency, batch, tolerate, maxItems },
        input: Reflect.apply(input, undefined, ITEM) as unknown,
        ...settingsOf(rest, ITEM),
      });
      return new Task(id);
    },
    plan(id, plan, input, options = {}) {
      add(id, { plan, input, ...settingsOf(options, []) });
      return new Task(id);
    },
    decompose(id, { planner, agents, aggregate, ...rest }: AnyDecompose, input, options = {}) {
      const decompose = {
        ...rest,
        planner: typeOf(planner),
        agents: agents?.map(typeOf),
        aggregate: aggregateOf(aggregate),
      };
      add(id, { decompose, input, ...settingsOf(options, []) });
      return new Task(id);
    },
    approve(id, approve, options = {}) {
      add(id, { approve: typeof approve === 'string' ? { title: approve } : approve, ...settingsOf(options, []) });
      return new Task(id);
    },
    wait(id, wait, options = {}) {
      add(id, { wait, ...settingsOf(options, []) });
      return new Task(id);
    },
    event(id, event, options = {}) {
      add(id, { event, ...settingsOf(options, []) });
      return new Task(id);
    },
    publish(id, publish, options = {}) {
      add(id, { publish, ...settingsOf(options, []) });
      return new Task(id);
    },
    output(value) {
      draft.output = value;
      return { value };
    },
  };
}

/** A class, so that validation rejects a task that is used as data where its output was meant. */
class Task<O> implements ForEachHandle<O> {
  readonly output: Ref<O>;
  readonly status: ForEachHandle<O>['status'];
  readonly failure: ForEachHandle<O>['failure'];
  readonly failures: ForEachHandle<O>['failures'];

  constructor(readonly id: string) {
    this.output = refer(`$tasks.${id}.output`);
    this.status = refer(`$tasks.${id}.status`);
    this.failure = refer(`$tasks.${id}.failure`);
    this.failures = refer(`$tasks.${id}.failures`);
  }
}

interface AnyCall {
  readonly agent: { readonly type: string } | string;
  readonly input?: unknown;
}

interface AnyOptions {
  readonly needs?: CommonOptions['needs'];
  readonly fallback?: AnyCall | readonly AnyCall[];
  readonly compensate?: AnyCall;
}

interface AnyDecompose extends Omit<DecomposeSettings<unknown>, 'aggregate'> {
  readonly aggregate?: ((output: Ref<unknown>) => unknown) | AnyCall;
}

/** The aggregation as data: an expression, or a call of an agent. */
function aggregateOf(aggregate: AnyDecompose['aggregate']): unknown {
  return typeof aggregate === 'function' ? aggregate(refer<unknown>('$output')) : callOf(aggregate, []);
}

/** `seen`: what the functions of the settings get after the failure or the output, which in a forEach are item and index. */
function settingsOf({ needs, fallback, compensate, ...rest }: AnyOptions, seen: readonly unknown[]): object {
  const failed = [refer('$failure'), ...seen];
  return {
    ...rest,
    needs: needs?.map((need) => (typeof need === 'string' ? need : need.id)),
    fallback: isList(fallback) ? fallback.map((one) => callOf(one, failed)) : callOf(fallback, failed),
    compensate: callOf(compensate, [refer('$output'), ...seen]),
  };
}

/** `Array.isArray` does not narrow a readonly list. */
const isList = <T>(value: T | readonly T[] | undefined): value is readonly T[] => Array.isArray(value);

function callOf(call: AnyCall | undefined, seen: readonly unknown[]): object | undefined {
  if (call === undefined) return undefined;
  const { agent, input, ...rest } = call;
  return {
    agent: typeOf(agent),
    input: typeof input === 'function' ? (Reflect.apply(input, undefined, seen) as unknown) : input,
    ...rest,
  };
}

const typeOf = (agent: { readonly type: string } | string): string => (typeof agent === 'string' ? agent : agent.type);

function schemaOf(schema: z.ZodType, problems: Problem[]): unknown {
  try {
    // A run's input is checked as it is given: JSON Schema does not apply zod's defaults and transformations.
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
    return rest;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      problem(
        'plan.bad-schema',
        ['input'],
        `expected a schema that can be written as JSON Schema, got an error: ${reason}`,
      ),
    );
    return undefined;
  }
}

/** Deeper than any plan may be. A value that contains itself is left as it is, and validation reports it. */
const MAX_DEPTH = 250;

/** The value as data: references become expressions, and `undefined` fields are left out. */
function toData(value: unknown, depth = 0): unknown {
  const source = sourceOf(value);
  if (source !== undefined) return `{% ${source} %}`;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((part) => toData(part, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, toData(part, depth + 1)]));
}

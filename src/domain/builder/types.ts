// The types of the plan builder. The types of an agent's input and output are inferred from its zod schemas and carried by
// references: an edge whose types do not match is a compile error.
import { z } from 'zod';
import type { Agent } from '../agent/agent.js';
import type { Budget } from '../budget/budget.js';
import type { Hedge } from '../call/options.js';
import type { Failure } from '../failure.js';
import type {
  Approve,
  Decompose,
  Defaults,
  EventWait,
  ForEach,
  Join,
  OnFailure,
  Plan,
  Replan,
  Task,
  Wait,
} from '../plan/plan.js';
import type { PlannerRequest } from '../planning/request.js';
import type { Retry } from '../call/retry.js';
import type { Cache } from '../call/reuse.js';
import type { Input, Ref, ReferenceTo, UntypedInput } from './reference.js';
import type { TaskStatus } from '../task-status.js';

declare const TYPES: unique symbol;

/** A plan together with the types of its input and output. */
export type TypedPlan<I = unknown, O = unknown> = Plan & {
  readonly [TYPES]?: { readonly input: I; readonly output: O };
};

/** The type of the input that runs of a plan take; `unknown` for a plan without types. */
export type InputOf<P> = typeof TYPES extends keyof P
  ? NonNullable<P[typeof TYPES]> extends { readonly input: infer I }
    ? I
    : unknown
  : unknown;

/** The type of the output of runs of a plan; `unknown` for a plan without types. */
export type OutputOf<P> = typeof TYPES extends keyof P
  ? NonNullable<P[typeof TYPES]> extends { readonly output: infer O }
    ? O
    : unknown
  : unknown;

/** A task that has been added to a plan. */
export interface TaskHandle<O = unknown> {
  readonly id: string;
  readonly output: Ref<O>;
  readonly status: Ref<TaskStatus>;
  readonly failure: Ref<Failure | null>;
}

export interface ForEachHandle<O> extends TaskHandle<O> {
  /** The tolerated failures. */
  readonly failures: Ref<{ index: number; failure: Failure }[]>;
}

/** The options of every task. */
export interface CommonOptions extends Pick<Task, 'description' | 'deadline' | 'optional' | 'priority' | 'timeout'> {
  readonly needs?: readonly (Pick<TaskHandle, 'id'> | string)[];
  readonly when?: ReferenceTo<unknown> | boolean;
  readonly join?: Join;
}

interface CallSettings {
  readonly timeout?: string;
  readonly retry?: Retry;
}

export interface PublishSettings {
  /** The name of a broker of the configuration. */
  readonly broker: string;
  /** A stream, a topic, a queue, or `exchange/routing.key`. */
  readonly to: string;
  /** Events with the same key stay in their order. */
  readonly key?: Input<string | number>;
  readonly type: Input<string>;
  readonly data?: unknown;
}

export interface PublishTaskOptions extends CommonOptions {
  readonly retry?: Retry;
  readonly compensate?: CompensateOptions<unknown, { id: string }>;
}

/** A fallback. Its `input` may be made from the failure, and in a forEach from the item. Default: the input of the task. */
export interface FallbackOptions<F, O, Seen extends readonly unknown[] = []> extends CallSettings {
  readonly agent: Agent<F, O> | string;
  readonly input?: Input<F> | ((failure: Ref<Failure>, ...seen: Seen) => Input<F>);
}

/** How a task is undone. Its `input` is made from the output of the task, and in a forEach from the item. */
export interface CompensateOptions<C, O, Seen extends readonly unknown[] = []> extends CallSettings {
  readonly agent: Agent<C, unknown> | string;
  readonly input?: Input<C> | ((output: Ref<O>, ...seen: Seen) => Input<C>);
}

export interface SubPlanOptions<O, C, Seen extends readonly unknown[] = []> extends CommonOptions {
  readonly compensate?: CompensateOptions<C, O, Seen>;
}

/** An agent with any input and output, or its type. */
type AnyAgent = Pick<Agent, 'type'> | string;

/** How a planner makes a plan from a goal, and how the result of that plan becomes an output of type `O`. */
export interface DecomposeSettings<O> extends Omit<Decompose, 'goal' | 'planner' | 'agents' | 'aggregate'> {
  readonly goal: ReferenceTo<string> | string;
  readonly planner: Agent<PlannerRequest, unknown> | string;
  readonly agents?: AnyAgent[];
  readonly aggregate?: Aggregate<O>;
}

/** Makes the output from the result of the generated plan, whose type is unknown. */
type Aggregate<O> =
  | ((output: Ref<unknown>) => Ref<O>)
  | (CallSettings & { readonly agent: Agent<{ goal: string; output: unknown }, O> | string });

/** The options of a race or a vote. */
export interface ParallelCallOptions<O, F, C, Seen extends readonly unknown[] = []> extends SubPlanOptions<O, C, Seen> {
  readonly heartbeat?: string;
  /** How long an attempt may be without a sign that the agent is working. */
  readonly idle?: string;
  readonly retry?: Retry;
  readonly cache?: Cache;
  /** One fallback, or several that are tried in order. */
  readonly fallback?: FallbackOptions<F, O, Seen> | readonly FallbackOptions<F, O, Seen>[];
}

export interface CallOptions<O, F, C, Seen extends readonly unknown[] = []> extends ParallelCallOptions<O, F, C, Seen> {
  readonly hedge?: Hedge;
}

export type ForEachSettings = Omit<ForEach, 'items'>;

/** What a function for an item gets: the item and its index. */
export type ItemSeen<E> = [item: Ref<E>, index: Ref<number>];

/** The output of a forEach whose agent gives `O`: a tolerated failure gives `null`. */
export type Outputs<O, S> = S extends { readonly tolerate: string | number } ? (O | null)[] : O[];

export interface PlanOptions<S extends z.ZodType = z.ZodType> {
  readonly description?: string;
  /** The schema of the run's input. In the plan it becomes a JSON Schema. */
  readonly input?: S;
  readonly defaults?: Defaults;
  readonly concurrency?: number;
  readonly onFailure?: OnFailure;
  /** Required with `onFailure: 'replan'`. */
  readonly replan?: Replan;
  readonly budget?: Budget;
}

export interface Approval {
  approved: boolean;
  comment: string | null;
  by: string | null;
  at: string;
}

export interface PlanBuilder<I> {
  /** The input of the run. */
  readonly input: unknown extends I ? UntypedInput : Ref<I>;
  readonly run: Ref<{ id: string; plan: string; startedAt: string }>;
  /** A JSONata expression that contains references and JSON values: p.expr<number>`$count(${a.output.files})`. */
  expr<T = unknown>(texts: TemplateStringsArray, ...values: readonly unknown[]): Ref<T>;
  /** Calls an agent. */
  task<A, O, F = unknown, C = unknown>(
    id: string,
    agent: Agent<A, O> | string,
    input?: Input<NoInfer<A>>,
    options?: CallOptions<NoInfer<O>, F, C>,
  ): TaskHandle<O>;
  /** Calls an agent, or runs a plan, for each item. */
  forEach<A, O, E, F = unknown, C = unknown, const S extends ForEachSettings = ForEachSettings>(
    id: string,
    worker: Agent<A, O> | TypedPlan<A, O> | string,
    items: ReferenceTo<readonly E[]> | readonly E[],
    input: (...seen: ItemSeen<E>) => Input<NoInfer<A>>,
    options?: S & CallOptions<NoInfer<O>, F, C, ItemSeen<NoInfer<E>>>,
  ): ForEachHandle<Outputs<O, S>>;
  /** Calls several agents with the same input at the same time: the first success is the output. */
  race<A, O, F = unknown, C = unknown>(
    id: string,
    agents: readonly (Agent<A, O> | string)[],
    input?: Input<NoInfer<A>>,
    options?: ParallelCallOptions<NoInfer<O>, F, C>,
  ): TaskHandle<O>;
  /** Calls several agents with the same input at the same time: the answer that a quorum of them gives is the output. */
  vote<A, O, F = unknown, C = unknown>(
    id: string,
    vote: { readonly agents: readonly (Agent<A, O> | string)[]; readonly quorum: number },
    input?: Input<NoInfer<A>>,
    options?: ParallelCallOptions<NoInfer<O>, F, C>,
  ): TaskHandle<O>;
  /** Runs a sub-plan: a plan as data, or the name of a registered plan. */
  plan<A, O, C = unknown>(
    id: string,
    plan: TypedPlan<A, O> | string,
    input?: Input<NoInfer<A>>,
    options?: SubPlanOptions<NoInfer<O>, C>,
  ): TaskHandle<O>;
  /** Calls a planner to make a plan for a goal, and runs that plan. The output has a known type only with `aggregate`. */
  decompose<O, C = unknown>(
    id: string,
    decompose: DecomposeSettings<O>,
    input?: unknown,
    options?: SubPlanOptions<NoInfer<O>, C>,
  ): TaskHandle<O>;
  /** Waits for the decision of a person. */
  approve(id: string, approve: Approve | string, options?: CommonOptions): TaskHandle<Approval>;
  /** Waits for a duration, or until a time. */
  wait(
    id: string,
    wait: Wait | ReferenceTo<string>,
    options?: Omit<CommonOptions, 'timeout'>,
  ): TaskHandle<{ at: string }>;
  /** Waits for an event. */
  event<T = unknown>(id: string, event: EventWait | ReferenceTo<string>, options?: CommonOptions): TaskHandle<T>;
  /** Publishes an event to a broker. The output has its id. */
  publish(id: string, publish: PublishSettings, options?: PublishTaskOptions): TaskHandle<{ id: string }>;
  /** The output of the run. Return it from the building function to make its type known. */
  output<const X>(value: X): PlanOutput<X>;
}

export interface PlanOutput<X = unknown> {
  readonly value: X;
}

// The types of what `definePlan` hands to the function that builds a plan. An agent's input and output, inferred from its
// zod schemas, flow through references: an edge that does not fit is no TypeScript.
import type { z } from 'zod';
import type { Agent } from './agent.js';
import type { Budget } from './budget.js';
import type { Hedge } from './call-forms.js';
import type { Failure } from './failure.js';
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
} from './plan.js';
import type { PlannerRequest } from './planner.js';
import type { Retry } from './retry.js';
import type { Cache } from './reuse.js';
import type { Input, Ref, Stands } from './reference.js';
import type { TaskStatus } from './status.js';

declare const TYPES: unique symbol;

/** A plan that remembers the types of its input and output. */
export type TypedPlan<I = unknown, O = unknown> = Plan & {
  readonly [TYPES]?: { readonly input: I; readonly output: O };
};

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

/** What any task may say of itself. */
export interface CommonOptions extends Pick<Task, 'description' | 'deadline' | 'optional' | 'priority' | 'timeout'> {
  readonly needs?: readonly (Pick<TaskHandle, 'id'> | string)[];
  readonly when?: Stands<unknown> | boolean;
  readonly join?: Join;
}

interface CallSettings {
  readonly timeout?: string;
  readonly retry?: Retry;
}

/** Its `input` may be made from the failure, and in a forEach from the item; without it the agent gets the task's own. */
export interface FallbackOptions<F, O, Seen extends readonly unknown[] = []> extends CallSettings {
  readonly agent: Agent<F, O> | string;
  readonly input?: Input<F> | ((failure: Ref<Failure>, ...seen: Seen) => Input<F>);
}

/** Its `input` is made from what the task gave, and in a forEach from the item. */
export interface CompensateOptions<C, O, Seen extends readonly unknown[] = []> extends CallSettings {
  readonly agent: Agent<C, unknown> | string;
  readonly input?: Input<C> | ((output: Ref<O>, ...seen: Seen) => Input<C>);
}

export interface SubPlanOptions<O, C, Seen extends readonly unknown[] = []> extends CommonOptions {
  readonly compensate?: CompensateOptions<C, O, Seen>;
}

/** An agent, whatever it takes and gives, or its type. */
type AnyAgent = Pick<Agent, 'type'> | string;

/** How a goal becomes a plan, and what it gave an answer of type `O`. */
export interface DecomposeSettings<O> extends Omit<Decompose, 'goal' | 'planner' | 'agents' | 'aggregate'> {
  readonly goal: Stands<string> | string;
  readonly planner: Agent<PlannerRequest, unknown> | string;
  readonly agents?: AnyAgent[];
  readonly aggregate?: Aggregate<O>;
}

/** Made of what the plan gave, of which nothing is known here. */
type Aggregate<O> =
  | ((output: Ref<unknown>) => Ref<O>)
  | (CallSettings & { readonly agent: Agent<{ goal: string; output: unknown }, O> | string });

/** What may be said of a race or a vote. */
export interface RivalOptions<O, F, C, Seen extends readonly unknown[] = []> extends SubPlanOptions<O, C, Seen> {
  readonly heartbeat?: string;
  readonly retry?: Retry;
  readonly cache?: Cache;
  /** One, or several that are asked in turn. */
  readonly fallback?: FallbackOptions<F, O, Seen> | readonly FallbackOptions<F, O, Seen>[];
}

export interface CallOptions<O, F, C, Seen extends readonly unknown[] = []> extends RivalOptions<O, F, C, Seen> {
  readonly hedge?: Hedge;
}

export type ForEachSettings = Omit<ForEach, 'items'>;

/** What is seen of an item: itself, and its place. */
export type ItemSeen<E> = [item: Ref<E>, index: Ref<number>];

/** What a forEach over an agent that gives `O` gives: a tolerated failure leaves `null`. */
export type Outputs<O, S> = S extends { readonly tolerate: string | number } ? (O | null)[] : O[];

export interface PlanOptions<S extends z.ZodType = z.ZodType> {
  readonly description?: string;
  /** What a run of the plan is given; becomes the plan's JSON Schema. */
  readonly input?: S;
  readonly defaults?: Defaults;
  readonly concurrency?: number;
  readonly onFailure?: OnFailure;
  /** Beside `onFailure: 'replan'`. */
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
  /** What the run is given. */
  readonly input: Ref<I>;
  readonly run: Ref<{ id: string; plan: string; startedAt: string }>;
  /** JSONata, with references and JSON values in it: p.expr<number>`$count(${a.output.files})`. */
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
    items: Stands<readonly E[]> | readonly E[],
    input: (...seen: ItemSeen<E>) => Input<NoInfer<A>>,
    options?: S & CallOptions<NoInfer<O>, F, C, ItemSeen<NoInfer<E>>>,
  ): ForEachHandle<Outputs<O, S>>;
  /** Asks several agents the same at once: the first success wins. */
  race<A, O, F = unknown, C = unknown>(
    id: string,
    agents: readonly (Agent<A, O> | string)[],
    input?: Input<NoInfer<A>>,
    options?: RivalOptions<NoInfer<O>, F, C>,
  ): TaskHandle<O>;
  /** Asks several agents the same at once: the answer wins that a quorum of them gives. */
  vote<A, O, F = unknown, C = unknown>(
    id: string,
    vote: { readonly agents: readonly (Agent<A, O> | string)[]; readonly quorum: number },
    input?: Input<NoInfer<A>>,
    options?: RivalOptions<NoInfer<O>, F, C>,
  ): TaskHandle<O>;
  /** Runs a plan within this one: its data, or the name of one that is registered. */
  plan<A, O, C = unknown>(
    id: string,
    plan: TypedPlan<A, O> | string,
    input?: Input<NoInfer<A>>,
    options?: SubPlanOptions<NoInfer<O>, C>,
  ): TaskHandle<O>;
  /** Has a planner make a plan for a goal, and runs it. Of the output only is known what `aggregate` makes of it. */
  decompose<O, C = unknown>(
    id: string,
    decompose: DecomposeSettings<O>,
    input?: unknown,
    options?: SubPlanOptions<NoInfer<O>, C>,
  ): TaskHandle<O>;
  /** Waits for a person. */
  approve(id: string, approve: Approve | string, options?: CommonOptions): TaskHandle<Approval>;
  /** Waits for a duration, or until a time. */
  wait(id: string, wait: Wait | Stands<string>, options?: Omit<CommonOptions, 'timeout'>): TaskHandle<{ at: string }>;
  /** Waits for an event. */
  event<T = unknown>(id: string, event: EventWait | Stands<string>, options?: CommonOptions): TaskHandle<T>;
  /** What the run gives; return it from the building function to have its type known. */
  output<const X>(value: X): PlanOutput<X>;
}

export interface PlanOutput<X = unknown> {
  readonly value: X;
}

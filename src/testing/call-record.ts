// The calls that agents received in a test, in the order in which they began. A retry belongs to its call.
import type { Agent, AgentContext } from '../domain/agent/agent.js';

export interface RecordedCall {
  /** The type of the agent. */
  readonly agent: string;
  /** The task, with its item: `count[0]`; within a sub-plan `child/task`; an undo ends in `:compensate`. */
  readonly task: string;
  /** As the agent received it. */
  readonly input: unknown;
  readonly attempts: number;
}

/** The types of the agents of a test, for the calls that it recorded: a matcher refuses a type that does not exist. */
const AGENTS_OF = new WeakMap<readonly RecordedCall[], readonly string[]>();

export const agentsOf = (calls: readonly RecordedCall[]): readonly string[] | undefined => AGENTS_OF.get(calls);

type Noted = { -readonly [K in keyof RecordedCall]: RecordedCall[K] } & { readonly run: string };

export class CallRecord {
  private readonly calls = new Map<string, Noted>();
  private readonly types: readonly string[];
  /** The agents that record what they receive, for the worker. */
  readonly agents: readonly Agent[];

  constructor(agents: readonly Agent[]) {
    this.types = agents.map(({ type }) => type);
    this.agents = agents.map((agent) => ({
      ...agent,
      run: (input: unknown, context: AgentContext) => {
        this.note(agent.type, input, context);
        return agent.run(input, context);
      },
    }));
  }

  /** The calls of a run and of its sub-plans. */
  of(run: string): readonly RecordedCall[] {
    const calls = [...this.calls.values()]
      .filter((call) => call.run === run || call.run.startsWith(`${run}/`))
      .map(({ run: within, task, ...call }) => ({
        ...call,
        task: [...(within === run ? [] : [within.slice(run.length + 1)]), task].join('/'),
      }));
    AGENTS_OF.set(calls, this.types);
    return calls;
  }

  private note(agent: string, input: unknown, { idempotencyKey, correlation }: AgentContext): void {
    const { run, task } = correlation;
    // Calls of a race have one key, and agents of their own.
    const key = `${agent} ${idempotencyKey}`;
    const known = this.calls.get(key);
    if (known !== undefined) known.attempts += 1;
    else
      this.calls.set(key, { run, agent, task: nameOf(idempotencyKey, run, task), input: copyOf(input), attempts: 1 });
  }
}

const nameOf = (idempotencyKey: string, run: string, task: string): string =>
  idempotencyKey.startsWith(`${run}/`) ? idempotencyKey.slice(run.length + 1) : task;

/** An agent may change its input. What cannot be copied, such as an instance with functions, is kept as it is. */
function copyOf(input: unknown): unknown {
  try {
    return structuredClone(input);
  } catch {
    return input;
  }
}

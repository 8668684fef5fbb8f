// A system in memory, whose time passes only when the driver waits.
import { AgentError } from '../../../../src/activities/errors/agent-error.js';
import { HandedOverError } from '../../../../src/activities/errors/handed-over.js';
import type { Clock } from '../../../../src/activities/agents/bridge/clock.js';
import type { JobRef, JobSystem, LookOptions, Sighting } from '../../../../src/activities/agents/bridge/job-system.js';
import { runJob } from '../../../../src/activities/agents/bridge/run-job.js';
import type { AgentContext } from '../../../../src/domain/agent/agent.js';

type Plan = readonly Sighting[] | ((at: number) => Sighting);

interface MemoryJob {
  readonly number: number;
  looks: number;
  looksSinceCancel: number;
  isCancelled: boolean;
}

export const unreachable = (): AgentError =>
  new AgentError('memory could not be reached: ECONNREFUSED', { type: 'Unreachable' });

export const shutdown = (): AgentError => new HandedOverError('the worker shut down');

export class MemorySystem implements JobSystem {
  readonly where = 'memory';
  readonly jobs = new Map<string, MemoryJob>();
  readonly cancels: string[] = [];
  readonly events: string[] = [];
  readonly lookedAt: number[] = [];
  requests = 0;
  submissions = 0;
  at = 0;
  failWith: (at: number) => AgentError | undefined = () => undefined;
  losesSubmission = false;
  /** It answers a look only after the time that it may wait for a change. */
  delaysLooks = false;
  onSubmit: () => void = () => undefined;

  constructor(
    public plan: Plan,
    private readonly collects: unknown,
    public endsAfterLooks: number,
  ) {}

  get started(): number {
    return this.jobs.size;
  }

  private request(): void {
    this.requests++;
    const failure = this.failWith(this.at);
    if (failure !== undefined) throw failure;
  }

  submit(name: string, _input: unknown, _signal: AbortSignal): Promise<JobRef> {
    return this.answer(() => {
      this.submissions++;
      if (!this.jobs.has(name)) {
        const number = this.jobs.size + 1;
        this.jobs.set(name, { number, looks: 0, looksSinceCancel: 0, isCancelled: false });
        this.events.push(`start ${number}`);
      }
      this.onSubmit();
      if (this.losesSubmission) throw new AgentError('memory gave no answer', { type: 'NoAnswer' });
      return { id: name, link: `https://jobs.example.com/${name}` };
    });
  }

  find(name: string): Promise<JobRef | undefined> {
    return this.answer(() => (this.jobs.has(name) ? { id: name } : undefined));
  }

  look({ id }: JobRef, { waitMs }: LookOptions): Promise<Sighting> {
    return this.answer(() => {
      this.lookedAt.push(this.at);
      if (this.delaysLooks) this.at += waitMs;
      const job = this.jobs.get(id);
      if (job === undefined) return { state: 'lost' };
      if (job.isCancelled && ++job.looksSinceCancel >= this.endsAfterLooks) {
        this.events.push(`ended ${job.number}`);
        return { state: 'cancelled' };
      }
      if (typeof this.plan === 'function') return this.plan(this.at);
      return this.plan[Math.min(job.looks++, this.plan.length - 1)]!;
    });
  }

  collect(): Promise<unknown> {
    return this.answer(() => this.collects);
  }

  cancel({ id }: JobRef): Promise<void> {
    return this.answer(() => {
      const job = this.jobs.get(id)!;
      job.isCancelled = true;
      this.cancels.push(id);
      this.events.push(`cancel ${job.number}`);
    });
  }

  private answer<T>(make: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      this.request();
      return make();
    });
  }
}

interface MemoryOptions {
  readonly collects?: unknown;
  /** Looks at a cancelled job until it has ended. */
  readonly endsAfterLooks?: number;
}

export const memorySystem = (plan: Plan, { collects = null, endsAfterLooks = 1 }: MemoryOptions = {}): MemorySystem =>
  new MemorySystem(plan, collects, endsAfterLooks);

interface AttemptOptions {
  readonly key?: string;
  readonly lastProgress?: unknown;
  readonly abortAfterMs?: number;
  readonly abortOnSubmit?: boolean;
  readonly reason?: AgentError;
}

/** One attempt of a call whose agent is the system. */
export function attempt(
  system: MemorySystem,
  { key = 'run-1/a', lastProgress, abortAfterMs = Infinity, abortOnSubmit = false, reason }: AttemptOptions = {},
) {
  const noted: unknown[] = [];
  const warned: string[] = [];
  const stop = new AbortController();
  const began = system.at;
  if (abortOnSubmit) system.onSubmit = () => stop.abort(reason);
  const clock: Clock = {
    now: () => system.at,
    sleep(ms, signal) {
      system.at += ms;
      if (system.at - began >= abortAfterMs) stop.abort(reason);
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warned.push(line) };
  const context = {
    ...{ idempotencyKey: key, lastProgress, signal: stop.signal, log, attempt: 1 },
    progress: (value: unknown) => void noted.push(value),
  } as unknown as AgentContext;
  const ended = runJob(() => system, {}, context, clock);
  ended.catch(() => undefined);
  return { ended, noted, warned };
}

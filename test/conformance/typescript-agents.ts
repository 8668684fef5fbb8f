// The agents of the conformance script as function agents: the worker of this package passes the same cases as those in other languages.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { FailureType } from '../../src/domain/failure.js';
import { defined } from '../../src/domain/json/defined.js';
import { SECRET } from './harness.js';

const Text = z.looseObject({ text: z.string() });

const Fail = z.object({
  type: z.string(),
  times: z.int(),
  message: z.string().default('failed'),
  retryAfterMs: z.number().optional(),
  details: z.unknown().optional(),
  then: z.string().optional(),
});

const fail = functionAgent({
  type: 'conformance/fail',
  input: Fail,
  run({ type, times, message, retryAfterMs, details, then }: z.infer<typeof Fail>, context) {
    context.usage({ tokens: 10, usd: 0.5 });
    if (context.attempt > times && then !== undefined) throw new AgentError('then', { type: then as FailureType });
    if (context.attempt > times) return { attempt: context.attempt };
    throw new AgentError(message, { type: type as FailureType, ...defined({ retryAfterMs, details }) });
  },
});

const resume = functionAgent({
  type: 'conformance/resume',
  run(_, { attempt, lastProgress, progress }) {
    if (attempt === 1) progress({ done: 1 });
    if (attempt < 3) throw new AgentError('not yet');
    return { attempt, lastProgress };
  },
});

const wait = functionAgent({
  type: 'conformance/wait',
  input: z.object({ ms: z.number(), everyMs: z.number().optional() }),
  async run({ ms, everyMs = ms }: { ms: number; everyMs?: number | undefined }, { attempt, signal, progress }) {
    for (let done = 0; done < ms; done += everyMs) {
      await pause(Math.min(everyMs, ms - done), undefined, { signal });
      progress({ done });
    }
    return { attempt };
  },
});

export const TYPESCRIPT_AGENTS = [
  functionAgent({ type: 'conformance/echo', input: Text, run: (input: z.infer<typeof Text>) => input }),
  functionAgent({
    type: 'conformance/context',
    run: (_, { idempotencyKey, attempt, correlation: { run, plan, task, item = null, id: correlationId = null } }) => ({
      ...{ idempotencyKey, attempt, run, plan, task, item, correlationId },
    }),
  }),
  fail,
  resume,
  wait,
  functionAgent({
    type: 'conformance/repeat',
    input: z.object({ text: z.string(), times: z.int() }),
    run: ({ text, times }: { text: string; times: number }) => ({ text: text.repeat(times) }),
  }),
  functionAgent({
    type: 'conformance/length',
    input: Text,
    run: ({ text }: z.infer<typeof Text>) => ({ length: text.length }),
  }),
  functionAgent({
    type: 'conformance/wrong',
    output: z.object({ n: z.int() }),
    run: () => ({ n: 'x' as unknown as number }),
  }),
  functionAgent({ type: 'conformance/secret', run: () => ({ a: { $secret: SECRET } }) }),
];

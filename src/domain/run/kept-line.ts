// What a worker keeps of its calls: what agents logged and programs printed on stderr, and how attempts failed. `baton logs` shows it.
import { z } from 'zod';

export const KeptLine = z.object({
  /** ISO 8601, by the clock of the worker. */
  time: z.string(),
  run: z.string(),
  task: z.string(),
  item: z.int().optional(),
  /** The name of the call, such as `analyze[7]:fallback`. */
  call: z.string(),
  /** Among the attempts that count; the first is 1. */
  attempt: z.int(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  /** What the agent logged with the message. */
  fields: z.unknown().optional(),
  /** Of a failed attempt: the type of its failure. */
  failure: z.string().optional(),
  /** Of a failed attempt: the stack of its error, and its causes. */
  stack: z.string().optional(),
  /** Present if the worker stopped here to keep lines of this attempt. */
  cut: z.literal(true).optional(),
});
export type KeptLine = z.infer<typeof KeptLine>;

/** What a worker writes when it opens its log: its lines are in this directory. */
export const KeptBy = z.object({ time: z.string(), worker: z.string() });
export type KeptBy = z.infer<typeof KeptBy>;

/** Called for each line. It neither throws nor waits. */
export type KeepLine = (line: KeptLine) => void;

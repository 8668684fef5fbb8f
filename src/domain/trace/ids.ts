// The ids of traces and spans. They are derived from names that a run has: a span that is made twice is the same span, and a span
// can be referred to before it has ended.
import { sha256 } from './sha256.js';

/** `run`: the whole of a run. `task`: a task. `attempt`: one attempt of a call. `chat`: one request to a model. */
export type SpanKind = 'run' | 'task' | 'attempt' | 'chat';

/** The trace of a run that does not continue another one. `firstRunId`: the id of its first execution, which is unique. */
export const traceIdOf = (firstRunId: string): string => sha256(`trace ${firstRunId}`).slice(0, 32);

/** `name` is unique within the trace, among the spans of this kind. */
export const spanIdOf = (traceId: string, kind: SpanKind, name: string): string =>
  sha256(`${traceId} ${kind} ${name}`).slice(0, 16);

/** The name of an attempt of a call; the first attempt is 1. */
export const attemptName = (call: string, attempt: number): string => `${call} ${attempt}`;

/** The name of a request to a model that an attempt has made; the first is 1. */
export const chatName = (call: string, attempt: number, request: number): string =>
  `${attemptName(call, attempt)} ${request}`;

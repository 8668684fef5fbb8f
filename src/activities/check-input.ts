// The activity that checks the input of a sub-plan against the schema of its plan.
import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from '../domain/json/schema.js';
import type { Check } from '../json-schema.js';
import { compileRunInput } from '../json-schema/run-input.js';
import type { ReadReferences } from './read-references.js';
import { messageOf } from './errors/truncate-error.js';

export interface CheckInputRequest {
  readonly schema: JsonSchema;
  readonly value: unknown;
}

export interface CheckInputReply {
  /** One line for each problem; empty if the value fits. */
  readonly problems: readonly string[];
  /** The value with the defaults of the schema. Absent if they change nothing. */
  readonly value?: unknown;
}

/** An activity, because a JSON Schema is compiled to code, which the sandbox of Workflows does not allow. */
export const createCheckInput =
  (read: ReadReferences) =>
  async ({ schema, value }: CheckInputRequest): Promise<CheckInputReply> =>
    await checkInput({ schema, value: await read(value) });

async function checkInput({ schema, value }: CheckInputRequest): Promise<CheckInputReply> {
  let check: Check<unknown>;
  try {
    check = compileRunInput(schema);
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
  const checked = check(value);
  if (!checked.ok) return { problems: checked.problems };
  return isDeepStrictEqual(checked.value, value) ? { problems: [] } : { problems: [], value: checked.value };
}

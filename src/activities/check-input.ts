// The activity that checks the input of a sub-plan against the schema of its plan.
import type { JsonSchema } from '../domain/json/schema.js';
import { compileSchema, type Check } from '../json-schema.js';
import { acceptReferences } from '../json-schema/accept-references.js';
import { messageOf } from './errors/truncate-error.js';

export interface CheckInputRequest {
  readonly schema: JsonSchema;
  readonly value: unknown;
}

export interface CheckInputReply {
  /** One line for each problem; empty if the value fits. */
  readonly problems: readonly string[];
}

/** An activity, because a JSON Schema is compiled to code, which the sandbox of Workflows does not allow. */
export async function checkInput({ schema, value }: CheckInputRequest): Promise<CheckInputReply> {
  let check: Check<unknown>;
  try {
    check = acceptReferences(compileSchema(schema, 'input'), 'input');
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
  const checked = check(value);
  return { problems: checked.ok ? [] : checked.problems };
}

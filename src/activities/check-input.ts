import type { JsonSchema } from '../domain/agent.js';
import { checkJsonSchema, compileSchema } from '../json-schema.js';

export interface CheckInputRequest {
  readonly schema: JsonSchema;
  readonly value: unknown;
}

export interface CheckInputReply {
  /** One line each; none if the value fits. */
  readonly problems: readonly string[];
}

/** An activity, because JSON Schema compiles to code, which the sandbox of Workflows does not allow. */
export async function checkInput({ schema, value }: CheckInputRequest): Promise<CheckInputReply> {
  const broken = checkJsonSchema(schema);
  if (broken.length > 0) return { problems: broken };
  const checked = compileSchema(schema, 'input')(value);
  return { problems: checked.ok ? [] : checked.problems };
}

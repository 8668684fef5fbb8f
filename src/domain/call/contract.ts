// The contract of the activity `callAgent`, as JSON Schema: for workers in other languages, and for their tests.
import { z } from 'zod';
import { FAILURES, type FailureType } from '../failure.js';
import { AttemptTiming } from '../trace/record.js';
import { AttemptNotes, CallRequest, type CallFailureDetail, type CallReply } from './request.js';
import { Usage } from './usage.js';

const CallReplySchema = z.strictObject({
  output: z.unknown().describe('JSON'),
  attempts: z.int().describe('The number of this attempt among those that count'),
  usage: Usage.describe('Of all attempts so far'),
  version: z.string().optional().describe('The version of the agent that answered, if it has one'),
  origin: z.enum(['reused', 'cached']).optional().describe('Present if the agent was not called'),
  timings: z
    .array(AttemptTiming)
    .optional()
    .describe('Of a traced call, and of one that was attempted several times: its attempts'),
}) satisfies z.ZodObject<Record<keyof CallReply, z.ZodType>>;

const CallFailureDetailSchema = z.strictObject({
  attempts: z.int().describe('The number of attempts so far that count'),
  began: z.boolean().describe('True if this attempt had called the agent'),
  usage: Usage.describe('Of all attempts so far'),
  cause: z.string().optional().describe('The message of the error beneath'),
  details: z.unknown().optional().describe('Given by the agent, at most 64 KiB of JSON'),
  unanswered: z.string().optional().describe('The first attempt that got no answer, in words'),
  lost: z.literal(true).optional().describe('The last attempt was lost with its worker'),
  timings: z
    .array(AttemptTiming)
    .optional()
    .describe('Of a traced call, and of one that was attempted several times: its attempts'),
}) satisfies z.ZodObject<Record<keyof CallFailureDetail, z.ZodType>>;

const schemaOf = (schema: z.ZodType, description: string): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { description, ...rest };
};

/** Each failure type with what follows from it. */
function failureTypes(): object {
  const rows = (Object.keys(FAILURES) as FailureType[]).map((type) => {
    const row: { retryable: boolean; uncounted?: true; unanswered?: true; blames?: true; means: string } =
      FAILURES[type];
    const { retryable, uncounted = false, unanswered = false, blames = false, means } = row;
    return {
      const: type,
      description: means,
      ...{ 'x-retryable': retryable, 'x-uncounted': uncounted, 'x-unanswered': unanswered, 'x-blames-agent': blames },
    };
  });
  return {
    description:
      'The `type` of an ApplicationFailure. `x-retryable`: another attempt may help. `x-uncounted`: the attempt does not count against those ' +
      'that the retry policy allows. `x-unanswered`: the agent may have done its work. `x-blames-agent`: a circuit breaker counts it.',
    oneOf: rows,
  };
}

/** docs/contracts/README.md says what the parts mean together. */
export const callAgentContract = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The activity callAgent of Baton',
  description:
    'docs/contracts/README.md says what the parts mean together. Fields are added, never renamed or removed.',
  $defs: {
    CallRequest: schemaOf(CallRequest, 'The only argument of the activity.'),
    CallReply: schemaOf(CallReplySchema, 'Its result.'),
    CallFailureDetail: schemaOf(
      CallFailureDetailSchema,
      'The first detail of every ApplicationFailure and CanceledFailure with which the activity ends.',
    ),
    AttemptNotes: schemaOf(AttemptNotes, 'The only detail of every heartbeat.'),
    FailureType: failureTypes(),
  },
});

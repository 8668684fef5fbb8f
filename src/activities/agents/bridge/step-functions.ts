// A state machine of AWS Step Functions as an agent: the input of the task is the input of an execution, its output is the output. The package
// of the AWS SDK is optional: it is loaded when an agent of this kind is first called. Credentials are those that the AWS SDK finds.
import { z } from 'zod';
import { AgentSettings, type AgentContext } from '../../../domain/agent/agent.js';
import { HttpUrl } from '../../../domain/http-url.js';
import { BigNumberError, readJson } from '../../../domain/json/read-json.js';
import { defined } from '../../../domain/json/defined.js';
import { withHint } from '../../../domain/problem.js';
import { AgentError } from '../../errors/agent-error.js';
import { BIG_NUMBERS_HINT } from '../big-numbers.js';
import { bridgeAgent, type Bridge } from './bridge-agent.js';
import type { JobRef, JobSystem, Sighting } from './job-system.js';
import { loadPackage } from './optional-package.js';
import { awsFailure } from './step-functions-failure.js';

const CONNECTION_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 20_000;

/** `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME` */
const ARN = /^arn:aws[\w-]*:states:([a-z0-9-]+):\d*:stateMachine:([\w-]+)$/;

export const StepFunctionsSettings = AgentSettings.extend({
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected the name of a region, such as eu-central-1'),
  /** Another address than that of AWS. */
  endpoint: HttpUrl.optional(),
  stateMachine: z
    .string()
    .regex(ARN, 'expected the ARN of a standard state machine: arn:aws:states:REGION:ACCOUNT:stateMachine:NAME'),
});
export type StepFunctionsSettings = z.infer<typeof StepFunctionsSettings>;

const bridge: Bridge<typeof StepFunctionsSettings> = {
  kind: 'step-functions',
  settings: StepFunctionsSettings,
  check({ region, stateMachine }) {
    const [, other = ''] = ARN.exec(stateMachine) ?? [];
    return other === region
      ? []
      : [`region: expected that of stateMachine, ${JSON.stringify(other)}, got ${JSON.stringify(region)}`];
  },
  open: openStepFunctions,
};

/** Makes an agent of a state machine. */
export const stepFunctionsAgent = bridgeAgent(bridge);

export async function openStepFunctions(settings: StepFunctionsSettings, context: AgentContext): Promise<JobSystem> {
  const { region, endpoint, stateMachine } = settings;
  const sdk = await loadPackage('step-functions', '@aws-sdk/client-sfn@3', () => import('@aws-sdk/client-sfn'));
  const client = new sdk.SFNClient({
    region,
    ...defined({ endpoint }),
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  const where = `Step Functions at ${endpoint ?? region}`;
  const refOf = (name: string): JobRef => ({ id: name, ...defined({ link: linkOf(settings, name) }) });
  const executionArn = (name: string): string => `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
  const asked = <T>(signal: AbortSignal, request: Promise<T>): Promise<T> =>
    request.catch((error: unknown) => {
      signal.throwIfAborted();
      throw awsFailure(where, error);
    });
  const describe = async (name: string, signal: AbortSignal) => {
    const command = new sdk.DescribeExecutionCommand({ executionArn: executionArn(name) });
    const request = client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      if (error instanceof sdk.ExecutionDoesNotExist) return undefined;
      throw error;
    });
    return await asked(signal, request);
  };
  return {
    where,
    async submit(name, input, signal) {
      const command = new sdk.StartExecutionCommand({
        stateMachineArn: stateMachine,
        name,
        input: JSON.stringify(input),
      });
      const start = client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        if (!(error instanceof sdk.ExecutionAlreadyExists)) throw error;
      });
      await asked(signal, start);
      return refOf(name);
    },
    async find(name, signal) {
      return (await describe(name, signal)) === undefined ? undefined : refOf(name);
    },
    async look({ id }, { signal }) {
      const execution = await describe(id, signal);
      if (execution === undefined) return { state: 'lost' };
      const { status, output, error, cause } = execution;
      if (status === 'SUCCEEDED') return { state: 'succeeded', output: readOutput(where, output, context) };
      return endOf(status, { error, cause });
    },
    async cancel({ id }, signal) {
      const command = new sdk.StopExecutionCommand({
        executionArn: executionArn(id),
        cause: 'cancelled by a run of Baton',
      });
      const stop = client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        if (!(error instanceof sdk.ExecutionDoesNotExist)) throw error;
      });
      await asked(signal, stop);
    },
    close: () => Promise.resolve(client.destroy()),
  };
}

function endOf(
  status: string | undefined,
  { error, cause }: { readonly error?: string | undefined; readonly cause?: string | undefined },
): Sighting {
  const reason = [error, cause].filter((one) => one !== undefined && one !== '').join(': ');
  switch (status) {
    case 'FAILED':
      return {
        state: 'failed',
        message: reason === '' ? 'without a reason' : reason,
        details: defined({ error, cause }),
      };
    case 'TIMED_OUT':
      return {
        state: 'failed',
        message: withHint('it took longer than its state machine allows', reason === '' ? undefined : reason),
      };
    case 'ABORTED':
      return { state: 'cancelled', ...(reason === '' ? {} : { message: reason }) };
    case 'PENDING_REDRIVE':
      return { state: 'queued' };
    default:
      return { state: 'running' };
  }
}

function readOutput(where: string, output: string | undefined, { redactor }: AgentContext): unknown {
  if (output === undefined) return null;
  try {
    return readJson(output, 'refuse');
  } catch (error) {
    const message = error instanceof BigNumberError ? withHint(error.message, BIG_NUMBERS_HINT) : String(error);
    throw new AgentError(`${where}: the output of the execution: ${redactor.redact(message)}`, {
      type: 'InvalidOutput',
    });
  }
}

/** The page of the execution; only AWS itself has pages. */
function linkOf({ region, endpoint, stateMachine }: StepFunctionsSettings, name: string): string | undefined {
  if (endpoint !== undefined) return undefined;
  const arn = `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${arn}`;
}

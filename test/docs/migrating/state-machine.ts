// Runs the state machine of the page. What AWS would do by Lambda functions, workers of activities do here: LocalStack has these without Docker.
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { execa } from 'execa';
import { setTimeout as pause } from 'node:timers/promises';
import { uniqueName } from '../../support/brokers.js';
import type { Shop } from './place.js';

const ROLE = 'arn:aws:iam::000000000000:role/states';
const POLL_MS = 200;
/** Characters of a failure. */
const CAUSE = 500;
const FUNCTION = /arn:aws:lambda:…:([\w-]+)/g;

interface Priced {
  readonly day: string;
  readonly prices: readonly { readonly cents: number }[];
}

/** Resolves with the status of the execution: `SUCCEEDED`, `FAILED`. */
export async function runStateMachine(
  endpoint: string,
  definition: string,
  shop: Shop,
  input: object,
): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SFNClient({ region: 'us-east-1', endpoint, credentials });
  const ended = new AbortController();
  const activities = new Map<string, string>();
  for (const [, name = ''] of definition.matchAll(FUNCTION)) {
    const { activityArn } = await client.send(new CreateActivityCommand({ name: uniqueName(name) }));
    activities.set(name, activityArn!);
  }
  const workers = [...activities].map(([name, arn]) => serve({ client, name, arn, shop, signal: ended.signal }));
  try {
    const made = await client.send(
      new CreateStateMachineCommand({
        name: uniqueName('orders'),
        definition: definition
          .replace(FUNCTION, (_, name: string) => activities.get(name)!)
          // LocalStack reads this number only with a fraction.
          .replace(/(?<="ToleratedFailurePercentage": \d+)(?=,)/, '.0'),
        roleArn: ROLE,
      }),
    );
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: made.stateMachineArn!, input: JSON.stringify(input) }),
    );
    for (;;) {
      const { status = '' } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn! }));
      if (status !== 'RUNNING') return status;
      await pause(POLL_MS);
    }
  } finally {
    ended.abort();
    await Promise.all(workers);
    client.destroy();
  }
}

interface Serving {
  readonly client: SFNClient;
  readonly name: string;
  readonly arn: string;
  readonly shop: Shop;
  readonly signal: AbortSignal;
}

async function serve({ client, name, arn, shop, signal }: Serving): Promise<void> {
  while (!signal.aborted) {
    const task = await client
      .send(new GetActivityTaskCommand({ activityArn: arn }), { abortSignal: signal })
      .catch(() => undefined);
    if (task?.taskToken === undefined || task.taskToken === '') continue;
    const given = JSON.parse(task.input ?? '{}') as unknown;
    const { exitCode, stdout, stderr } = await execa('python3', ['shop.py', name], {
      cwd: shop.directory,
      env: shop.env,
      input: JSON.stringify(name === 'write-report' ? added(given as Priced) : given),
      reject: false,
    });
    const { taskToken } = task;
    if (exitCode === 0) await client.send(new SendTaskSuccessCommand({ taskToken, output: stdout }));
    else await client.send(new SendTaskFailureCommand({ taskToken, error: 'Failed', cause: stderr.slice(-CAUSE) }));
  }
}

/** The function `write-report` adds the prices up: JSONPath cannot. */
const added = ({ day, prices }: Priced) => ({ day, total: prices.reduce((sum, { cents }) => sum + cents, 0) });

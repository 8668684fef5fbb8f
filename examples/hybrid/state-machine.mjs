// The state machine of this example: it hands on what it is given, after a second.
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';

const definition = {
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds: 1, Next: 'Settle' }, Settle: { Type: 'Pass', End: true } },
};

/** Resolves with its ARN. */
export async function createStateMachine(endpoint) {
  const client = new SFNClient({ region: 'us-east-1', endpoint });
  const roleArn = 'arn:aws:iam::123456789012:role/states';
  const name = `settle-${Date.now()}`;
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn }),
  );
  client.destroy();
  return stateMachineArn;
}

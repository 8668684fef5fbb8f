// A job of each system that takes some seconds and writes a line to a file, so that a test counts how often it ran. State machines cannot
// write: their executions are counted by their unique names.
import { readFile } from 'node:fs/promises';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { AIRFLOW_USERS } from '../../../../scripts/systems/airflow.js';
import { resultsOfPrefect } from '../../../../scripts/systems/prefect.js';
import { directoryOf } from '../../../../scripts/systems/records.js';
import { airflowAgent } from '../../../../src/activities/agents/bridge/airflow/airflow.js';
import { celeryAgent } from '../../../../src/activities/agents/bridge/celery/celery.js';
import { prefectAgent } from '../../../../src/activities/agents/bridge/prefect/prefect.js';
import { stepFunctionsAgent } from '../../../../src/activities/agents/bridge/step-functions.js';
import type { Agent } from '../../../../src/domain/agent/agent.js';
import { uniqueName } from '../../../support/brokers.js';
import { urlOf } from '../../../support/systems.js';

interface NotingSystem {
  /** As `npm run systems` names it. */
  readonly name: string;
  /** It answers HTTP, and is reached through a proxy that understands it. */
  readonly isHttp: boolean;
  /** An agent that reaches the system at this address. */
  agentAt(this: void, url: string): Promise<Agent>;
}

export interface Note {
  readonly file: string;
  readonly text: string;
  readonly seconds: number;
}

let secrets = 0;
/** A variable with the value, because an address with a password cannot be a setting. */
export function variableWith(value: string) {
  const name = `BATON_TEST_SECRET_${secrets++}`;
  process.env[name] = value;
  return { env: name };
}

const REGION = 'us-east-1';

async function machineAt(url: string, endpoint: string): Promise<Agent> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const States = { A: { Type: 'Wait', SecondsPath: '$.seconds', End: true } };
  const client = new SFNClient({ region: REGION, endpoint: url });
  const command = new CreateStateMachineCommand({
    name: uniqueName('note'),
    definition: JSON.stringify({ StartAt: 'A', States }),
    roleArn: 'arn:aws:iam::000000000000:role/states',
  });
  const { stateMachineArn } = await client.send(command);
  client.destroy();
  return stepFunctionsAgent({ type: 'note', region: REGION, endpoint, stateMachine: stateMachineArn! });
}

export const NOTING_SYSTEMS: readonly NotingSystem[] = [
  {
    name: 'celery',
    isHttp: false,
    agentAt: (url) => Promise.resolve(celeryAgent({ type: 'note', task: 'baton.note', broker: url, backend: url })),
  },
  {
    name: 'celery-rabbitmq',
    isHttp: false,
    agentAt: (url) =>
      Promise.resolve(celeryAgent({ type: 'note', task: 'baton.note', broker: variableWith(url), backend: 'rpc' })),
  },
  {
    name: 'airflow',
    isHttp: true,
    agentAt(url) {
      const auth = { username: 'admin', password: variableWith(AIRFLOW_USERS.admin) };
      return Promise.resolve(airflowAgent({ type: 'note', url, dag: 'baton_note', auth, result: 'note' }));
    },
  },
  {
    name: 'prefect',
    isHttp: true,
    agentAt(url) {
      const result = { storage: resultsOfPrefect(directoryOf('prefect')) };
      return Promise.resolve(prefectAgent({ type: 'note', url, deployment: 'baton-note/threads', result }));
    },
  },
  { name: 'step-functions', isHttp: true, agentAt: (url) => machineAt(urlOf('step-functions')!, url) },
  { name: 'localstack', isHttp: true, agentAt: (url) => machineAt(urlOf('localstack')!, url) },
];

/** The same address at another port. */
export function atPort(url: string, port: number): string {
  const there = new URL(url);
  there.port = String(port);
  // Without the path that the class adds.
  return new URL(url).pathname === '/' ? there.href.replace(/\/$/, '') : there.href;
}

/** How often each text was written. */
export async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
}

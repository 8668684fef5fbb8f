// AWS Step Functions twice: moto knows no activities, and its Lambda functions answer nothing; LocalStack needs Python 3.13.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonAt } from './http-answer.js';
import { pythonEnvironment } from './python-environment.js';
import type { System } from './system.js';

const moto = pythonEnvironment('moto');
const local = pythonEnvironment('localstack', '3.13');
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' };

export const stepFunctions: System = {
  name: 'step-functions',
  title: 'Step Functions of moto 5.2.5',
  variable: 'BATON_TEST_STEP_FUNCTIONS_URL',
  ports: 1,
  isInstalled: () => moto.isInstalled(),
  install: (say) => moto.install(say),
  prepare: async (_directory, [port]) => [
    { command: await moto.program('moto_server'), args: ['-H', '127.0.0.1', '-p', String(port)], env: CREDENTIALS },
  ],
  greeting: Buffer.from('GET /moto-api/ HTTP/1.0\r\n\r\n'),
  // Without it, executions succeed without running.
  isComplete: async (_directory, [port]) =>
    (await jsonAt(`http://127.0.0.1:${port}/moto-api/config`, {
      method: 'POST',
      body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
    })) !== undefined,
  url: (port) => `http://127.0.0.1:${port}`,
};

export const localstack: System = {
  name: 'localstack',
  title: 'LocalStack 2026.3.0',
  variable: 'BATON_TEST_LOCALSTACK_URL',
  ports: 1,
  isInstalled: () => local.isInstalled(),
  install: (say) => local.install(say),
  async prepare(directory, [port]) {
    for (const name of ['cache', 'tmp']) await mkdir(join(directory, name), { recursive: true });
    const env = {
      ...CREDENTIALS,
      SERVICES: 'stepfunctions,sqs,lambda,iam,sts',
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      // The default server listens on all interfaces.
      GATEWAY_SERVER: 'hypercorn',
      DNS_ADDRESS: '0',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      SKIP_INFRA_DOWNLOADS: '1',
      FILESYSTEM_ROOT: directory,
      XDG_CACHE_HOME: join(directory, 'cache'),
      TMPDIR: join(directory, 'tmp'),
    };
    return [{ command: await local.program('python'), args: ['-m', 'localstack.runtime.main'], env }];
  },
  greeting: Buffer.from('GET /_localstack/health HTTP/1.0\r\n\r\n'),
  isComplete: async (_directory, [port]) => (await jsonAt(`http://127.0.0.1:${port}/_localstack/health`)) !== undefined,
  url: (port) => `http://127.0.0.1:${port}`,
};

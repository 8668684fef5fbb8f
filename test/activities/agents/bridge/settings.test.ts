// Settings of bridges that are refused when the configuration is loaded.
import { describe, expect, test } from 'vitest';
import { agentFromData } from '../../../../src/activities/agents/index.js';

const url = 'http://127.0.0.1:8080';
const refusalOf = (data: object): string => {
  try {
    agentFromData(data);
  } catch (error) {
    return String(error);
  }
  throw new Error('expected the settings to be refused');
};

describe('an agent of the kind airflow', () => {
  const airflow = { type: 'load', kind: 'airflow', url, dag: 'load' };

  test('without auth, or with a password in clear text, is refused', () => {
    const expected = 'expected { username, password: { env: NAME } } or { token: { env: NAME } }';
    expect(refusalOf(airflow)).toContain(`agent "load": auth: ${expected}`);
    expect(refusalOf({ ...airflow, auth: { username: 'a', password: 'b' } })).toContain(expected);
  });

  test('names the secret that it needs', () => {
    const auth = { token: { $secret: 'AIRFLOW' } };
    expect(agentFromData({ ...airflow, auth }).secrets).toEqual([{ what: 'auth.token', source: auth.token }]);
  });
});

describe('an agent of the kind prefect', () => {
  const prefect = { type: 'train', kind: 'prefect', url: `${url}/api`, deployment: 'train/tests' };

  test('with a deployment that does not name its flow is refused', () => {
    expect(refusalOf({ ...prefect, deployment: 'train' })).toContain(
      'agent "train": deployment: expected FLOW/NAME, the name of a deployment, got "train"',
    );
  });

  test('with an API key and a password is refused', () => {
    const both = { apiKey: { env: 'KEY' }, auth: { username: 'admin', password: { env: 'PASSWORD' } } };
    expect(refusalOf({ ...prefect, ...both })).toContain(
      'agent "train": auth: expected either apiKey or auth, got both',
    );
  });

  test('with another place for its result than an artifact or a directory is refused', () => {
    expect(refusalOf({ ...prefect, result: 'train-result' })).toContain(
      'agent "train": result: expected { artifact: KEY } or { storage: DIR }',
    );
  });
});

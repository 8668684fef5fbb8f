import { expect, test } from 'vitest';
import { loadPackage as loadForAgent } from '../../src/activities/agents/bridge/optional-package.js';
import { loadPackage as loadForBroker } from '../../src/events/load-package.js';

const MISSING = '@example/not-installed';
const load = (): Promise<unknown> => import(MISSING);
const ADVICE = `need the package "${MISSING}", which is not installed: npm install ${MISSING}@3`;

test('a package that is not installed is named with the command that installs it, for agents and for brokers', async () => {
  await expect(loadForAgent('celery', `${MISSING}@3`, load)).rejects.toMatchObject({
    type: 'AgentRefused',
    message: `agents of the kind celery ${ADVICE}`,
  });
  await expect(loadForBroker({ name: 'shop', kind: 'redis' }, `${MISSING}@3`, load)).rejects.toMatchObject({
    isPermanent: true,
    message: `broker "shop": brokers of the kind redis ${ADVICE}`,
  });
});

test('any other error while a package is loaded is passed on', async () => {
  const broken = () => Promise.reject(new Error('broken'));
  await expect(loadForAgent('celery', 'redis@6', broken)).rejects.toThrow(/^broken$/);
});

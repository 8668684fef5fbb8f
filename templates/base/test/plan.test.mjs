// Runs the plan with its real agents, on a Temporal server of the test's own: npm test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadConfig, readPlanFile, validatePlan } from 'baton-orchestrator';
import { assertCalled, assertCalledInOrder, testBaton } from 'baton-orchestrator/testing';

const { agents } = await loadConfig('.');
let server;
before(async () => {
  server = await testBaton({ agents });
});
after(() => server?.close());

test('the plan is valid, and its agents exist', async () => {
  const { problems } = validatePlan(
    await readPlanFile('plan.yaml'),
    agents.map(({ type }) => type),
  );
  assert.deepEqual(problems, []);
});

test('the words of all notes are counted', async () => {
  const result = await server.run('plan.yaml', { folder: 'notes' });
  assert.equal(result.status, 'completed');
  assert.deepEqual(result.output, { files: 3, words: 13 });
  assertCalledInOrder(result, ['find-notes', 'count-words']);
  assertCalled(result, 'count-words', { times: 3 });
});

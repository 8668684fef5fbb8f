// Runs the plan on a Temporal server of the test's own, with a stub in place of the model: npm test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { functionAgent, loadConfig, readPlanFile, validatePlan } from 'baton-orchestrator';
import { assertCalled, testBaton } from 'baton-orchestrator/testing';

const { agents } = await loadConfig('.');
const stub = functionAgent({ type: 'find-todos', run: ({ text }) => ({ todos: text.trim().split(/(?<=\.) /) }) });
let server;
before(async () => {
  server = await testBaton({ agents: agents.map((agent) => (agent.type === stub.type ? stub : agent)) });
});
after(() => server?.close());

test('the plan is valid, and its agents exist', async () => {
  const { problems } = validatePlan(
    await readPlanFile('plan.yaml'),
    agents.map(({ type }) => type),
  );
  assert.deepEqual(problems, []);
});

test('what is to be done is found in all notes', async () => {
  const result = await server.run('plan.yaml', { folder: 'notes' });
  assert.equal(result.status, 'completed');
  assert.deepEqual(result.output, {
    notes: 3,
    todos: ['Call the dentist.', 'Ask for Friday.', 'Water the plants.', 'Buy milk and bread.'],
  });
  assertCalled(result, 'find-todos', { times: 3 });
  assertCalled(result, 'find-todos', { input: { text: 'Water the plants.\n' } });
});

import { expect, test } from 'vitest';
import { compose, type AgentCall, type Stage } from '../../../src/activities/call-agent/stage.js';
import { NO_USAGE } from '../../../src/domain/call/usage.js';

const call = {} as AgentCall;
const reply = { output: 1, attempts: 1, usage: NO_USAGE };

function recorder() {
  const passed: string[] = [];
  const pass =
    (name: string): Stage =>
    async (_, next) => {
      passed.push(`${name} begins`);
      const answer = await next();
      passed.push(`${name} ends`);
      return answer;
    };
  const answer: Stage = async () => (passed.push('answer'), reply);
  return { passed, pass, answer };
}

test('compose passes a call through its stages in order, and the reply back', async () => {
  const { passed, pass, answer } = recorder();
  expect(await compose([pass('a'), pass('b'), answer])(call)).toBe(reply);
  expect(passed).toEqual(['a begins', 'b begins', 'answer', 'b ends', 'a ends']);
});

test('compose does not call the stages after one that answers itself', async () => {
  const { passed, pass, answer } = recorder();
  expect(await compose([pass('a'), answer, pass('b')])(call)).toBe(reply);
  expect(passed).toEqual(['a begins', 'answer', 'a ends']);
});

// An agent whose first call fails, and whose next call is made in an hour, or when a person retries it.
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Agent } from '../../src/domain/agent/agent.js';

export interface LateAgent {
  readonly agent: Agent;
  /** The calls that it has received. A retry by hand counts attempts from the start: their number does not tell the calls apart. */
  readonly calls: () => number;
}

export function createLateAgent(): LateAgent {
  let calls = 0;
  const agent = functionAgent({
    type: 'late',
    retry: { attempts: 3, initial: '1h' },
    run() {
      calls += 1;
      if (calls === 1) throw new Error('the registry is down');
      return 'published';
    },
  });
  return { agent, calls: () => calls };
}

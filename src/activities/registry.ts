// The agents of one worker, by type, each with its two schemas compiled once: a broken one fails the start, not a call.
import { checkJsonSchema, compileSchema, isZodSchema, type Check } from '../json-schema.js';
import type { Agent } from '../domain/agent.js';
import { didYouMean } from '../domain/problem.js';
import { AgentError } from './agent-error.js';
import { AgentDefinitionError } from './agents/definition.js';

export interface RegisteredAgent {
  readonly agent: Agent;
  readonly checkInput: Check<unknown>;
  readonly checkOutput: Check<unknown>;
}

export interface Registry {
  /** Throws `AgentNotHere`, which another worker of the same queue may do better on. */
  find(type: string, taskQueue: string): RegisteredAgent;
}

const anything: Check<unknown> = (value) => ({ ok: true, value });

/** Throws an `AgentDefinitionError` with every duplicate type and every broken schema. */
export function createRegistry(agents: readonly Agent[]): Registry {
  // A Map, because a type such as "constructor" is as good as any other.
  const byType = new Map<string, RegisteredAgent>();
  const places = new Map<string, number>();
  const problems: string[] = [];
  agents.forEach((agent, place) => {
    const before = places.get(agent.type);
    if (before !== undefined) {
      const [first, second] = [agents[before]!, agent].map(({ kind }) => kind);
      problems.push(
        `agent ${JSON.stringify(agent.type)}: expected one agent of a type, got agents[${before}] (${first}) and agents[${place}] (${second})`,
      );
      return;
    }
    places.set(agent.type, place);
    const broken = (['input', 'output'] as const).flatMap((side) => brokenSchema(agent, side));
    problems.push(...broken);
    if (broken.length === 0) byType.set(agent.type, register(agent));
  });
  if (problems.length > 0) throw new AgentDefinitionError(problems);
  return {
    find(type, taskQueue) {
      const found = byType.get(type);
      if (found === undefined) throw notHere(type, taskQueue, [...byType.keys()]);
      return found;
    },
  };
}

const register = (agent: Agent): RegisteredAgent => ({
  agent,
  checkInput: agent.input === undefined ? anything : compileSchema(agent.input, 'input'),
  checkOutput: agent.output === undefined ? anything : compileSchema(agent.output, 'output'),
});

function brokenSchema(agent: Agent, side: 'input' | 'output'): string[] {
  const schema = agent[side];
  if (schema === undefined || isZodSchema(schema)) return [];
  return checkJsonSchema(schema).map((problem) => `agent ${JSON.stringify(agent.type)}: ${side}: ${problem}`);
}

function notHere(type: string, taskQueue: string, here: readonly string[]): AgentError {
  const known = here.length === 0 ? 'none' : here.map((name) => JSON.stringify(name)).join(', ');
  const hint = didYouMean(type, here);
  return new AgentError(
    `no agent ${JSON.stringify(type)} in this worker of task queue ${JSON.stringify(taskQueue)}; its agents: ${known}` +
      (hint === undefined ? '' : `; ${hint}`),
    { type: 'AgentNotHere' },
  );
}

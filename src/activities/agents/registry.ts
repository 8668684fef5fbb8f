// The agents of one worker, by type. Their schemas are compiled once: a broken schema fails the start of the worker, not a call.
import { checkJsonSchema, compileSchema, isZodSchema, type Check } from '../../json-schema.js';
import { acceptReferences } from '../../json-schema/accept-references.js';
import type { Agent } from '../../domain/agent/agent.js';
import { didYouMean, withHint } from '../../domain/problem.js';
import { AgentError } from '../errors/agent-error.js';
import { AgentDefinitionError } from './definition.js';

export interface RegisteredAgent {
  readonly agent: Agent;
  readonly checkInput: Check<unknown>;
  /** The same check, which accepts references to secrets as text. */
  readonly acceptInput: Check<unknown>;
  readonly checkOutput: Check<unknown>;
}

export interface Registry {
  /** Throws `AgentNotHere`, which is retried: another worker of the same Task Queue may have the agent. */
  find(type: string, taskQueue: string): RegisteredAgent;
}

const anything: Check<unknown> = (value) => ({ ok: true, value });

/** Throws an `AgentDefinitionError` that lists every duplicate type and every broken schema. */
export function createRegistry(agents: readonly Agent[]): Registry {
  // A Map, because "constructor" is a valid type too.
  const byType = new Map<string, RegisteredAgent>();
  const positions = new Map<string, number>();
  const problems: string[] = [];
  agents.forEach((agent, position) => {
    const before = positions.get(agent.type);
    if (before !== undefined) {
      const [first, second] = [agents[before]!, agent].map(({ kind }) => kind);
      problems.push(
        `agent ${JSON.stringify(agent.type)}: expected one agent of a type, got agents[${before}] (${first}) and agents[${position}] (${second})`,
      );
      return;
    }
    positions.set(agent.type, position);
    const broken = (['input', 'output'] as const).flatMap((side) => schemaProblems(agent, side));
    problems.push(...broken);
    if (broken.length === 0) byType.set(agent.type, register(agent));
  });
  if (problems.length > 0) throw new AgentDefinitionError(problems);
  return {
    find(type, taskQueue) {
      const found = byType.get(type);
      if (found === undefined) throw agentNotHere(type, taskQueue, [...byType.keys()]);
      return found;
    },
  };
}

function register(agent: Agent): RegisteredAgent {
  const checkInput = agent.input === undefined ? anything : compileSchema(agent.input, 'input');
  return {
    agent,
    checkInput,
    acceptInput: agent.input === undefined ? anything : acceptReferences(checkInput, 'input'),
    checkOutput: agent.output === undefined ? anything : compileSchema(agent.output, 'output'),
  };
}

function schemaProblems(agent: Agent, side: 'input' | 'output'): string[] {
  const schema = agent[side];
  if (schema === undefined || isZodSchema(schema)) return [];
  return checkJsonSchema(schema).map((problem) => `agent ${JSON.stringify(agent.type)}: ${side}: ${problem}`);
}

function agentNotHere(type: string, taskQueue: string, here: readonly string[]): AgentError {
  const known = here.length === 0 ? 'none' : here.map((name) => JSON.stringify(name)).join(', ');
  const message = `no agent ${JSON.stringify(type)} in this worker of task queue ${JSON.stringify(taskQueue)}; its agents: ${known}`;
  return new AgentError(withHint(message, didYouMean(type, here)), { type: 'AgentNotHere' });
}

// Tells a run which agents there are, for a planner to choose from: the worker knows, whoever started the run.
import type { Agent, JsonSchema } from '../domain/agent.js';
import type { Catalogue, CatalogueEntry, CatalogueRequest } from '../domain/catalogue.js';
import { cardsOf } from '../domain/cards.js';
import { jsonSchemaOf } from '../json-schema.js';
import { AgentError } from './agent-error.js';
import { classify } from './classify.js';
import { NO_USAGE } from '../domain/call.js';
import type { Registry } from './registry.js';
import { jsonBytes } from '../domain/size.js';

/** It travels with every question to the planner. */
const MAX_BYTES = 512 * 1024;

export const createCatalogue =
  (registry: Registry, all: readonly Agent[]) =>
  (request: CatalogueRequest): Promise<Catalogue> => {
    try {
      const agents = chosen(registry, all, request);
      const catalogue = { entries: agents.map(entryOf), cards: cardsOf(agents) };
      const bytes = jsonBytes(catalogue);
      if (bytes <= MAX_BYTES) return Promise.resolve(catalogue);
      const message = `the catalogue of ${agents.length} agents is ${bytes} bytes, expected at most ${MAX_BYTES}: name the agents that a plan may call`;
      throw new AgentError(message, { type: 'InputTooLarge' });
    } catch (error) {
      return Promise.reject(classify(error, { attempt: 1, began: false, usage: NO_USAGE, random: Math.random() }));
    }
  };

function chosen(registry: Registry, all: readonly Agent[], { types, except }: CatalogueRequest): Agent[] {
  const wanted = types ?? all.map(({ type }) => type).filter((type) => !except.includes(type));
  return wanted.map((type) => registry.find(type, 'of this run').agent);
}

function entryOf({ type, description, input, output, sensitive }: Agent): CatalogueEntry {
  const schema = (name: 'input' | 'output', declared: Agent['input']): { [key in typeof name]?: JsonSchema } =>
    declared === undefined ? {} : { [name]: jsonSchemaOf(declared, name) };
  return {
    type,
    ...(description === undefined ? {} : { description }),
    ...schema('input', input),
    ...schema('output', output),
    ...(sensitive === true ? { sensitive } : {}),
  };
}

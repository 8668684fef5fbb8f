// The activity that lists the agents of a worker, for a planner to choose from. The client that started the run may not have them.
import { defined } from '../domain/json/defined.js';
import type { Agent } from '../domain/agent/agent.js';
import type { JsonSchema } from '../domain/json/schema.js';
import type { Catalogue, CatalogueEntry, CatalogueRequest } from '../domain/agent/catalogue.js';
import { cardsOf } from '../domain/agent/card.js';
import { jsonSchemaOf } from '../json-schema.js';
import { AgentError } from './errors/agent-error.js';
import { classify } from './errors/classify.js';
import { NO_USAGE } from '../domain/call/usage.js';
import type { Registry } from './agents/registry.js';
import { jsonBytes } from '../domain/json/byte-size.js';

/** The catalogue is sent with every request to the planner. */
const MAX_CATALOGUE_BYTES = 512 * 1024;

export const createCatalogue =
  (registry: Registry, all: readonly Agent[]) =>
  (request: CatalogueRequest): Promise<Catalogue> => {
    try {
      const agents = chooseAgents(registry, all, request);
      const catalogue = { entries: agents.map(catalogueEntry), cards: cardsOf(agents) };
      const bytes = jsonBytes(catalogue);
      if (bytes <= MAX_CATALOGUE_BYTES) return Promise.resolve(catalogue);
      const message = `the catalogue of ${agents.length} agents is ${bytes} bytes, expected at most ${MAX_CATALOGUE_BYTES}: name the agents that a plan may call`;
      throw new AgentError(message, { type: 'InputTooLarge' });
    } catch (error) {
      return Promise.reject(classify(error, { attempt: 1, began: false, usage: NO_USAGE, random: Math.random() }));
    }
  };

function chooseAgents(registry: Registry, all: readonly Agent[], { types, except }: CatalogueRequest): Agent[] {
  const wanted = types ?? all.map(({ type }) => type).filter((type) => !except.includes(type));
  return wanted.map((type) => registry.find(type, 'of this run').agent);
}

function catalogueEntry({ type, description, input, output, sensitive }: Agent): CatalogueEntry {
  const schema = (name: 'input' | 'output', declared: Agent['input']): { [key in typeof name]?: JsonSchema } =>
    declared === undefined ? {} : { [name]: jsonSchemaOf(declared, name) };
  return {
    type,
    ...defined({ description }),
    ...schema('input', input),
    ...schema('output', output),
    ...(sensitive === true ? { sensitive } : {}),
  };
}

// The catalogue: what a planner is given of the agents that its plan may call.
import type { AgentCard } from './agent.js';
import type { JsonSchema } from '../json/schema.js';

export interface CatalogueEntry {
  readonly type: string;
  readonly description?: string;
  readonly input?: JsonSchema;
  readonly output?: JsonSchema;
  readonly sensitive?: true;
}

/** The agents of a worker, as a Workflow gets them. */
export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** By type; agents that declare nothing that a card holds have none. */
  readonly cards: Readonly<Record<string, AgentCard>>;
}

export interface CatalogueRequest {
  /** The types of the wanted agents; all if absent. */
  readonly types?: readonly string[];
  /** Types that are left out. */
  readonly except: readonly string[];
}

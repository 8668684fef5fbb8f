// What a planner is told of the agents that its plan may call.
import type { AgentCard, JsonSchema } from './agent.js';

export interface CatalogueEntry {
  readonly type: string;
  readonly description?: string;
  readonly input?: JsonSchema;
  readonly output?: JsonSchema;
  readonly sensitive?: true;
}

/** The agents of a worker, as a Workflow asks for them. */
export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** What orchestrating their calls needs to know, by type, where there is anything. */
  readonly cards: Readonly<Record<string, AgentCard>>;
}

export interface CatalogueRequest {
  /** The types that are asked for; all if absent. */
  readonly types?: readonly string[];
  /** Not these. */
  readonly except: readonly string[];
}

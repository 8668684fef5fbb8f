// The largest JSON Schema that is accepted. Schemas come from plans, which a model may have made, and are compiled to code on the main
// thread of a worker: the time for that grows faster than the schema. Ordinary schemas have tens of parts, large ones a few hundred.
import { isRecord } from '../domain/json/own-property.js';
import { contentOf, refersToData } from './keywords.js';

/** Schemas within the schema; this many compile in about half a second. */
const MAX_SCHEMAS = 2_000;
/** Schemas in one list, such as that of `anyOf`: their code is nested. */
const MAX_ALTERNATIVES = 300;
/** Different targets of `$ref`: each is compiled within the schema that refers to it. */
const MAX_REFERENCES = 200;
/** Levels of nesting of the schema as JSON. */
const MAX_DEPTH = 100;
/** Values of all kinds, including those of `enum`. */
const MAX_VALUES = 50_000;

/** Why a schema is too large to be compiled; `undefined` if it is not. */
export function schemaSizeProblem(schema: unknown): string | undefined {
  try {
    new Measure().schema(schema, 0);
    return undefined;
  } catch (error) {
    if (error instanceof TooLargeError) return error.message;
    throw error;
  }
}

class TooLargeError extends Error {}

class Measure {
  #schemas = 0;
  #values = 0;
  readonly #references = new Set<string>();

  schema(value: unknown, depth: number): void {
    this.#count(depth);
    if (Array.isArray(value)) {
      if (value.length > MAX_ALTERNATIVES) this.#refuse(`${MAX_ALTERNATIVES} schemas in one list`, value.length);
      for (const part of value) this.schema(part, depth + 1);
    }
    if (!isRecord(value)) return;
    if (++this.#schemas > MAX_SCHEMAS) this.#refuse(`${MAX_SCHEMAS} schemas within it`);
    for (const [key, part] of Object.entries(value)) {
      const content = contentOf(key);
      if (content === 'data') this.#data(part, depth + 1);
      else if (content === 'schemas' || !isRecord(part)) this.#underKeyword(key, part, depth + 1);
      else for (const one of Object.values(part)) this.schema(one, depth + 2);
    }
  }

  #underKeyword(key: string, part: unknown, depth: number): void {
    if (key.endsWith('Ref') || key === '$ref') this.#reference(part);
    this.schema(part, depth);
  }

  #reference(to: unknown): void {
    if (typeof to !== 'string') return;
    if (refersToData(to)) throw new TooLargeError(`expected a reference to a schema, got ${JSON.stringify(to)}`);
    if (this.#references.add(to).size > MAX_REFERENCES) this.#refuse(`${MAX_REFERENCES} different references`);
  }

  #data(value: unknown, depth: number): void {
    this.#count(depth);
    if (typeof value !== 'object' || value === null) return;
    for (const part of Object.values(value)) this.#data(part, depth + 1);
  }

  #count(depth: number): void {
    if (++this.#values > MAX_VALUES) this.#refuse(`${MAX_VALUES} values in it`);
    if (depth > MAX_DEPTH) this.#refuse(`${MAX_DEPTH} levels of nesting`);
  }

  #refuse(most: string, came: string | number = 'more'): never {
    throw new TooLargeError(`expected at most ${most}, got ${came}`);
  }
}

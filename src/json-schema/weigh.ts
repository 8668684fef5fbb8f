// Makes a copy of a schema in which every schema counts the work of checking a value against it; see `work-meter.ts`.
import type { Ajv, CodeKeywordDefinition } from 'ajv';
import { isRecord } from '../domain/json/own-property.js';
import { ajvPackages } from './ajv-packages.js';
import { contentOf } from './keywords.js';
import type { WorkMeter } from './work-meter.js';

const KEYWORD = 'x-baton-weight';
/** This many values of `enum`, `required` and the like cost as much as one schema. */
const VALUES_IN_ONE = 10;
/** The extra cost of one alternative of `anyOf` or `oneOf`: if it does not fit, its problem is noted and then dropped. */
const ALTERNATIVE_WEIGHT = 2;

export function addWeightKeyword(ajv: Ajv, work: WorkMeter): void {
  const { _ } = ajvPackages();
  const counting: CodeKeywordDefinition = {
    keyword: KEYWORD,
    schemaType: 'number',
    code({ gen, schema }) {
      const counter = gen.scopeValue('obj', { ref: work });
      gen.code(_`${counter}.step(${schema as number})`);
    },
  };
  ajv.addKeyword(counting);
}

/** Expects a schema without a `schemaSizeProblem`. */
export function addWeightsTo(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(addWeightsTo);
  if (!isRecord(schema)) return schema;
  let weight = 1;
  const parts = Object.entries(schema).map(([key, part]): [string, unknown] => {
    const content = contentOf(key);
    if ((key === 'anyOf' || key === 'oneOf') && Array.isArray(part)) weight += ALTERNATIVE_WEIGHT * part.length;
    if (content === 'data') weight += countValues(part) / VALUES_IN_ONE;
    if (content !== 'schemas by name' || !isRecord(part)) return [key, content === 'data' ? part : addWeightsTo(part)];
    const entries = Object.entries(part);
    weight += entries.length / VALUES_IN_ONE;
    return [key, Object.fromEntries(entries.map(([name, one]) => [name, addWeightsTo(one)]))];
  });
  return { ...Object.fromEntries(parts), [KEYWORD]: Math.ceil(weight) };
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + countValues(part), 1);
}

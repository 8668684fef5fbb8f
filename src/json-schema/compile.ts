// Compiles a JSON Schema with Ajv. A schema may come from a model: its size is limited, its patterns are matched in linear time, and
// the work of each check is counted.
import type { AnySchema, ValidateFunction } from 'ajv';
import { shown } from '../domain/problem.js';
import { ajvPackages } from './ajv-packages.js';
import { schemaSizeProblem } from './bounds.js';
import { boundFormats } from './formats.js';
import { once } from './once.js';
import { linearPattern } from './pattern.js';
import { replaceUniqueItems } from './unique-items.js';
import { addWeightKeyword, addWeightsTo } from './weigh.js';
import { WorkMeter } from './work-meter.js';

export interface CompiledSchema {
  readonly validate: ValidateFunction;
  /** To be reset before each check. */
  readonly work: WorkMeter;
}

// `ownProperties`: a key such as "constructor" is present only if the value has it itself.
const AJV_OPTIONS = { strict: false, allErrors: true, verbose: true, logger: false, ownProperties: true } as const;
// Optimizing the generated code takes longer than it saves.
const WITHOUT_META = { ...AJV_OPTIONS, meta: false, validateSchema: false } as const;

export interface CompileOptions {
  /** Adds defaults to the values that are checked. */
  readonly useDefaults?: boolean;
}

function optionsWith(work: WorkMeter, { useDefaults = false }: CompileOptions) {
  const regExp = Object.assign((source: string, flags: string) => linearPattern(source, flags, work), {
    code: 'linearPattern',
  });
  return { ...WITHOUT_META, useDefaults, code: { optimize: false, regExp } };
}

/**
 * Schemas themselves are checked by an Ajv that takes some 20 ms to make, so each draft has one, made when it is first needed. It
 * never compiles a schema: it would remember the schema's ids, and refuse another schema with the same ids.
 */
const DRAFTS = {
  '2020-12': {
    meta: once(() => new (ajvPackages().Ajv2020)(AJV_OPTIONS)),
    make: (work: WorkMeter, options: CompileOptions) => new (ajvPackages().Ajv2020)(optionsWith(work, options)),
  },
  '07': {
    meta: once(() => new (ajvPackages().Ajv)(AJV_OPTIONS)),
    make: (work: WorkMeter, options: CompileOptions) => new (ajvPackages().Ajv)(optionsWith(work, options)),
  },
} as const;

/** Throws a `TypeError` of one line if the value is not a JSON Schema, or not one that can be used. */
export function compileJsonSchema(schema: unknown, options: CompileOptions = {}): CompiledSchema {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new TypeError(`expected a JSON Schema (an object or a boolean), got ${shown(schema)}`);
  }
  if (typeof schema === 'object' && '$async' in schema) {
    throw new TypeError('expected a JSON Schema that checks synchronously, got one with "$async"');
  }
  const declared = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : '';
  if (!/^$|2020-12|draft-07/.test(declared)) {
    throw unusable(`expected a "$schema" of draft 2020-12 or draft-07, got ${shown(declared)}`);
  }
  const problem = schemaSizeProblem(schema);
  if (problem !== undefined) throw unusable(problem);
  const draft = DRAFTS[declared.includes('draft-07') ? '07' : '2020-12'];
  try {
    const meta = draft.meta();
    if (meta.validateSchema(schema) !== true) throw new TypeError(meta.errorsText(meta.errors, { dataVar: 'schema' }));
    const work = new WorkMeter();
    const ajv = draft.make(work, options);
    ajvPackages().addFormats(ajv);
    boundFormats(ajv);
    addWeightKeyword(ajv, work);
    replaceUniqueItems(ajv, work);
    return { validate: ajv.compile(addWeightsTo(schema) as AnySchema), work };
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error), error);
  }
}

const unusable = (reason: string, cause?: unknown): TypeError =>
  new TypeError(`not a usable JSON Schema: ${reason}`, cause === undefined ? undefined : { cause });

// The words for an error of Ajv.
import type { ErrorObject } from 'ajv';
import { formatPath, shown, type Path } from '../domain/problem.js';

/** One line: `input.files[0]: expected to be string, got 5`. `name` is the first word of the path. */
export function describeError(error: ErrorObject, name: string): string {
  const path: Path = [name, ...error.instancePath.split('/').slice(1).map(keyOfPointer)];
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'required':
      return `${formatPath([...path, String(params['missingProperty'])])}: expected a value, got nothing`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${formatPath(path)}: unknown key ${JSON.stringify(params['additionalProperty'] ?? params['unevaluatedProperty'])}`;
    case 'enum':
      return `${formatPath(path)}: expected one of ${shown(params['allowedValues'])}, got ${shown(error.data)}`;
    case 'const':
      return `${formatPath(path)}: expected ${shown(params['allowedValue'])}, got ${shown(error.data)}`;
    default:
      return `${formatPath(path)}: ${(error.message ?? 'must fit').replace(/^must /, 'expected to ')}, got ${shown(error.data)}`;
  }
}

/** One part of a JSON Pointer as a key. */
function keyOfPointer(part: string): PropertyKey {
  const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(key) ? Number(key) : key;
}

// Which keywords of a JSON Schema hold schemas. A keyword that is not known may hold schemas that a `$ref` points to, so its value is
// treated as a schema.

/** Keywords that hold schemas by name. */
const MAPS = new Set(['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties']);
/** Keywords that hold data, even if it looks like a schema. */
const DATA = new Set(['const', 'default', 'dependentRequired', 'enum', 'examples', 'required', 'type']);

export function contentOf(keyword: string): 'schemas by name' | 'data' | 'schemas' {
  return MAPS.has(keyword) ? 'schemas by name' : DATA.has(keyword) ? 'data' : 'schemas';
}

/** True for a `$ref` into data, such as `#/enum/0`: that was not checked as a schema. */
export function refersToData(ref: string): boolean {
  let byName = false;
  for (const part of decodeUri(ref).split('#/')[1]?.split('/') ?? []) {
    if (!byName && DATA.has(part)) return true;
    byName = !byName && MAPS.has(part);
  }
  return false;
}

function decodeUri(ref: string): string {
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

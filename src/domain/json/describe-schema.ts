// Adds descriptions to the properties of a JSON Schema, for editors.
import { isRecord } from './own-property.js';

/** By `above.key`, or by the key alone. */
export type KeyDescriptions = Readonly<Record<string, string>>;

type Schema = Record<string, unknown>;

/** Changes the schema. `top`: the name that stands above the first keys. */
export function describeSchema(schema: Schema, descriptions: KeyDescriptions, top = ''): void {
  const definitions = { ...(schema['$defs'] as object), ...(schema['definitions'] as object) } as Record<
    string,
    Schema
  >;
  const seen = new Set<unknown>();
  const walk = (one: unknown, above: string): void => {
    if (!isRecord(one) || seen.has(one)) return;
    seen.add(one);
    const { $ref: reference, properties, additionalProperties, items } = one;
    if (typeof reference === 'string') walk(definitions[reference.replace(/^#\/(?:\$defs|definitions)\//, '')], above);
    if (isRecord(properties))
      for (const [key, property] of Object.entries(properties)) {
        if (!isRecord(property)) continue;
        const text = descriptions[`${above}.${key}`] ?? descriptions[key];
        if (text !== undefined) (property as Schema)['description'] = text;
        walk(property, key);
      }
    for (const part of ['anyOf', 'oneOf', 'allOf'] as const)
      if (Array.isArray(one[part])) for (const option of one[part] as unknown[]) walk(option, above);
    walk(additionalProperties, above);
    if (Array.isArray(items)) items.forEach((item) => walk(item, above));
    else walk(items, above);
  };
  walk(schema, top);
}

/** The properties without a description, as `above.key`. */
export function undescribed(schema: unknown, above = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => undescribed(one, above));
  if (!isRecord(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== 'properties' || !isRecord(value))
      return undescribed(value, /^[\w$]+Of$|^items$|^additional/.test(key) ? above : key);
    return Object.entries(value).flatMap(([name, property]) => [
      ...(isRecord(property) && typeof property['description'] !== 'string' ? [`${above}.${name}`] : []),
      ...undescribed(property, name),
    ]);
  });
}

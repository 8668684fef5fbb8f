import type { ConnectionLike } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE = { KEYWORD: 2 } as const;

const ALL = Object.values(SEARCH_ATTRIBUTES);

/** Which of Baton's search attributes the namespace has, by name. */
export async function listSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return ALL.flatMap(({ name }) => (Object.hasOwn(customAttributes, name) ? [name] : []));
}

/** Registers what is missing. Safe to repeat, and to do from several places at once. */
export async function registerSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
): Promise<{ added: string[]; present: string[] }> {
  const present = await listSearchAttributes(connection, namespace);
  const missing = ALL.filter(({ name }) => !present.includes(name));
  const added: string[] = [];
  // One by one: with several in one request, a single one that exists by now would refuse them all.
  for (const { name, kind } of missing) {
    const searchAttributes = { [name]: INDEXED_VALUE_TYPE[kind] };
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
      added.push(name);
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
      present.push(name);
    }
  }
  return { added, present };
}

/** gRPC's ALREADY_EXISTS; some versions of the server say it in words only. */
const isAlreadyThere = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && error.code === 6) || error.message.includes('already exists'));

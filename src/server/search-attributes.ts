// Registers Baton's search attributes in a namespace.
import type { ConnectionLike } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { grpcCodeOf, GrpcStatus } from '../temporal/grpc.js';

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE = { KEYWORD: 2 } as const;

const ALL = Object.values(SEARCH_ATTRIBUTES);

/** The names of Baton's search attributes that the namespace has. */
export async function listSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return ALL.flatMap(({ name }) => (Object.hasOwn(customAttributes, name) ? [name] : []));
}

/** Registers the missing search attributes. Several processes may do this repeatedly and at the same time. */
export async function registerSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
): Promise<{ added: string[]; present: string[] }> {
  const present = await listSearchAttributes(connection, namespace);
  const missing = ALL.filter(({ name }) => !present.includes(name));
  const added: string[] = [];
  // One request each: a request with several fails if one of them exists by now.
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

/** Some versions of the server report this in the message only. */
const isAlreadyThere = (error: unknown): boolean =>
  grpcCodeOf(error) === GrpcStatus.ALREADY_EXISTS ||
  (error instanceof Error && error.message.includes('already exists'));

export type { FoundServer } from './address.js';
export { BinaryNotFound, findTemporalBinary, findTestServerBinary } from './binary.js';
export { type FindServerOptions, findServer } from './find-server.js';
export { registerSearchAttributes } from './search-attributes.js';
export { ServerUnreachable } from './unreachable.js';

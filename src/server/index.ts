export type { FoundServer } from './address.js';
export { startEmbedded } from './embedded.js';
export { BinaryNotFoundError, findTemporalBinary, findTestServerBinary } from './binary.js';
export { dynamicConfigArgs } from './dynamic-config.js';
export { type FindServerOptions, findServer } from './find-server.js';
export { listSearchAttributes, registerSearchAttributes } from './search-attributes.js';
export { ServerUnreachableError } from './unreachable.js';

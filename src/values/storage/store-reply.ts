// What the activities of a worker need of its storage: they store a large result before they end, and keep heartbeats out of it.
import type { Info } from '@temporalio/activity';
import type { DataConverter } from '@temporalio/common';
import {
  encodeToPayload,
  ExternalStorageRunner,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { MAX_STORED_OUTPUT_BYTES } from '../../domain/json/byte-size.js';
import { defined } from '../../domain/json/defined.js';
import { sizeBounds } from '../../domain/json/size-bounds.js';
import type { ValueReference } from '../../domain/json/value-reference.js';
import { readReferences, storeValue } from '../references.js';
import { storageDriver } from './open.js';

/** What an encrypted payload may have in addition to its JSON. */
const ENVELOPE_BYTES = 1024;

const encoder = new TextEncoder();

export interface StorageActivities {
  storeReply?(this: void, reply: unknown, activity: Info): Promise<void>;
  /** Stores a large output, and returns a reference to it; `undefined` if the output is small. */
  storeOutput?(this: void, output: unknown, activity: Info, json?: Uint8Array): Promise<ValueReference | undefined>;
  /** Reads the values that a value refers to. */
  readReferences?(this: void, value: unknown, signal?: AbortSignal): Promise<unknown>;
  sendHeartbeat?(this: void, send: () => void): void;
  /** The most bytes of JSON of one output. */
  readonly valueLimit?: number;
}

/** Without storage of its own, a worker reads what others have stored. */
export function storageActivities(dataConverter: DataConverter): StorageActivities {
  const driver = storageDriver(dataConverter);
  const { externalStorage, payloadCodecs: codecs = [] } = dataConverter;
  const converter = { driver, codecs };
  const reading = {
    readReferences: (value: unknown, signal?: AbortSignal) => readReferences(converter, value, signal),
  };
  if (driver === undefined || externalStorage === undefined || !driver.stores) return reading;
  const loaded = loadDataConverter(dataConverter);
  const runner = new ExternalStorageRunner(externalStorage);
  const small = externalStorage.payloadSizeThreshold - ENVELOPE_BYTES;
  return {
    ...reading,
    async storeOutput(output, { namespace }, known) {
      if (sizeBounds(output, small).most <= small) return undefined;
      const json = known ?? encoder.encode(JSON.stringify(output));
      return json.length < externalStorage.payloadSizeThreshold
        ? undefined
        : await storeValue(converter, json, namespace);
    },
    valueLimit: MAX_STORED_OUTPUT_BYTES,
    sendHeartbeat: driver.sendHeartbeat,
    async storeReply(reply, info) {
      if (sizeBounds(reply, small).most <= small) return;
      const { activityId, isLocal, namespace, workflowExecution } = info;
      const workflowId = workflowExecution?.workflowId;
      // The same as for the SDK's own encoding of the result, so that it makes the same bytes.
      const context = { type: 'activity' as const, namespace, activityId, isLocal, ...defined({ workflowId }) };
      const payload = await encodeToPayload(loaded, reply, context);
      await runner.store([payload], { target: { kind: 'workflow', namespace } });
    },
  };
}

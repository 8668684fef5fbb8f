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
import { storageDriver } from './open.js';

/** What an encrypted payload may have in addition to its JSON. */
const ENVELOPE_BYTES = 1024;

export interface StorageActivities {
  storeReply?(this: void, reply: unknown, activity: Info): Promise<void>;
  sendHeartbeat?(this: void, send: () => void): void;
  /** The most bytes of JSON of one output. */
  readonly valueLimit?: number;
}

/** Empty if the data converter stores nothing. */
export function storageActivities(dataConverter: DataConverter): StorageActivities {
  const driver = storageDriver(dataConverter);
  const { externalStorage } = dataConverter;
  if (driver === undefined || externalStorage === undefined || !driver.stores) return {};
  const loaded = loadDataConverter(dataConverter);
  const runner = new ExternalStorageRunner(externalStorage);
  const small = externalStorage.payloadSizeThreshold - ENVELOPE_BYTES;
  return {
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

// Whether a server answers.
import type { ConnectionLike } from '@temporalio/client';

const WITHIN_MS = 2_000;

export async function isServerThere(connection: ConnectionLike): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + WITHIN_MS, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}

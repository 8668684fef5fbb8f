// The activity that prepares a run for a client without a configuration. What it does is given by the worker, which knows how clients
// prepare runs.
import { ApplicationFailure } from '@temporalio/common';
import { issueLines } from '../domain/json/issue-lines.js';
import { PrepareRequest, type PrepareReply } from '../domain/run/prepare.js';

export type Prepare = (request: PrepareRequest) => PrepareReply;

export const createPrepareRun =
  (prepare: Prepare | undefined) =>
  async (raw: PrepareRequest): Promise<PrepareReply> => {
    if (prepare === undefined) {
      const message = 'this worker cannot prepare runs: only one that createWorker or the command line has made can';
      throw ApplicationFailure.nonRetryable(message, 'InternalError');
    }
    const parsed = PrepareRequest.safeParse(raw);
    if (parsed.success) return prepare(parsed.data);
    return { problems: { of: 'input', lines: issueLines(parsed.error.issues, { schema: PrepareRequest, raw }) } };
  };

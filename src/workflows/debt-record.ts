// The debt of an ended run, with everything that it takes to undo it. A query: a worker answers it from the history, so the run keeps
// nothing for it.
import { recordRemainingDebt } from '../domain/progress/debt.js';
import { defined } from '../domain/json/defined.js';
import { copyData, openedBytes } from '../domain/json/value-reference.js';
import type { DebtRecord } from '../domain/run/messages.js';
import { valueLimitOf } from '../domain/run/input.js';
import type { Progress } from '../domain/progress/state.js';
import { undoRecordOf } from '../domain/progress/undo-record.js';
import type { Run } from './run.js';

export function debtRecord({ graph, progress, id, input, startedAt, scheduledAt, request }: Run): DebtRecord {
  const isCutShort = progress.phase === 'compensating';
  const ended = isCutShort ? (copyData(progress) as Progress) : progress;
  if (isCutShort) recordRemainingDebt(graph, ended);
  if (ended.debt.length === 0) return {};
  const undo = { id, input, startedAt, ...defined({ scheduledAt }), progress: undoRecordOf(graph, ended) };
  const bytes = openedBytes(undo);
  return bytes > valueLimitOf(request) ? { bytes } : { undo };
}

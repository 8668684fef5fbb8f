// The Workflow of one agent's circuit breaker: it counts the outcomes that all workers report, and pushes changes of phase to them.
import { condition, continueAsNew, defineQuery, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  BREAKER_MESSAGES,
  BreakerReport,
  BreakerTurn,
  type BreakerTerms,
  type BreakerView,
} from '../../domain/breaker/messages.js';
import {
  createCircuit,
  FRESH_MS,
  isAtRest,
  isForced,
  noteReport,
  settleMembers,
  turnCircuit,
  viewOf,
  type Circuit,
} from '../../domain/breaker/coordinator.js';
import { breakerDetails } from '../../domain/breaker/text.js';
import { failingWellFormed } from '../well-formed-errors.js';
import { pushToWorker } from './push-to-worker.js';
import { showWhenAsked } from '../web-ui.js';
import { moveOn } from '../move-on.js';

/** The server accepts 2,000 updates in one history; a shorter history is easier to read. */
const MAX_UPDATES = 500;

export interface CircuitBreakerInput {
  readonly agent: string;
  readonly terms: BreakerTerms;
  /** The state at the end of the previous history. */
  readonly carried?: Circuit;
}

moveOn(circuitBreaker);

export async function circuitBreaker({ agent, terms, carried }: CircuitBreakerInput): Promise<void> {
  const circuit = carried ?? createCircuit(agent, terms, Date.now());
  let updates = 0;
  /** Pushes a change of phase to all workers but the one that is answered. */
  const answering = (asking: string | undefined, answer: () => BreakerView): BreakerView => {
    updates++;
    const { epoch } = circuit.state;
    const view = answer();
    if (view.epoch !== epoch) {
      for (const worker of Object.keys(circuit.members)) {
        if (worker !== asking) pushToWorker(worker, { ...view, granted: 0 });
      }
    }
    return view;
  };
  setHandler(
    defineUpdate<BreakerView, [BreakerReport]>(BREAKER_MESSAGES.report),
    (report) => answering(report.worker, () => noteReport(circuit, report, Date.now())),
    { validator: failingWellFormed((report: BreakerReport) => void BreakerReport.parse(report)) },
  );
  setHandler(
    defineUpdate<BreakerView, [BreakerTurn]>(BREAKER_MESSAGES.turn),
    (to) => answering(undefined, () => turnCircuit(circuit, to, Date.now())),
    { validator: failingWellFormed((to: BreakerTurn) => void BreakerTurn.parse(to)) },
  );
  // The time in a query is that of the last Workflow Task, so the caller sends the present time.
  setHandler(defineQuery<BreakerView, [number?]>(BREAKER_MESSAGES.view), (now = 0) =>
    viewOf(circuit, Math.max(now, Date.now())),
  );
  showWhenAsked(() => breakerDetails(viewOf(circuit, Date.now()), Date.now()));

  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  // A person's decision is kept without a timer, for years if need be.
  const isAsleep = () => isForced(circuit) && Object.keys(circuit.members).length === 0;
  for (;;) {
    if (isAsleep()) await condition(() => isLong() || !isAsleep());
    else await condition(isLong, FRESH_MS);
    if (isLong()) break;
    const now = Date.now();
    settleMembers(circuit, now);
    if (isAtRest(circuit, now)) return;
  }
  await continueAsNew<typeof circuitBreaker>({ agent, terms: circuit.terms, carried: circuit });
}

// The Workflow of one agent's circuit breaker: it keeps what all workers have seen of the agent, and tells them when it turns.
import { condition, continueAsNew, defineQuery, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  BREAKER_MESSAGES,
  BreakerReport,
  BreakerTurn,
  type BreakerTerms,
  type BreakerView,
} from '../domain/breaker/messages.js';
import {
  createCircuit,
  FRESH_MS,
  isDone,
  isForced,
  noteReport,
  settleMembers,
  turnCircuit,
  viewOf,
  type Circuit,
} from '../domain/breaker/circuit.js';
import { breakerDetails } from '../domain/breaker/text.js';
import { tellWorker } from './tell-worker.js';
import { showWhenAsked } from './web-ui.js';

/** The server takes 2,000 in one history, which nobody wants to read. */
const MAX_UPDATES = 500;

export interface CircuitBreakerInput {
  readonly agent: string;
  readonly terms: BreakerTerms;
  /** Handed on by the history before. */
  readonly carried?: Circuit;
}

export async function circuitBreaker({ agent, terms, carried }: CircuitBreakerInput): Promise<void> {
  const circuit = carried ?? createCircuit(agent, terms, Date.now());
  let updates = 0;
  /** What turns it, tells the others. */
  const answering = (asking: string | undefined, answer: () => BreakerView): BreakerView => {
    updates++;
    const { epoch } = circuit.state;
    const view = answer();
    if (view.epoch !== epoch) {
      for (const worker of Object.keys(circuit.members)) {
        if (worker !== asking) tellWorker(worker, { ...view, granted: 0 });
      }
    }
    return view;
  };
  setHandler(
    defineUpdate<BreakerView, [BreakerReport]>(BREAKER_MESSAGES.report),
    (report) => answering(report.worker, () => noteReport(circuit, report, Date.now())),
    { validator: (report) => void BreakerReport.parse(report) },
  );
  setHandler(
    defineUpdate<BreakerView, [BreakerTurn]>(BREAKER_MESSAGES.turn),
    (to) => answering(undefined, () => turnCircuit(circuit, to, Date.now())),
    { validator: (to) => void BreakerTurn.parse(to) },
  );
  // The time here is that of the last Workflow Task; who asks knows what it is now.
  setHandler(defineQuery<BreakerView, [number?]>(BREAKER_MESSAGES.view), (now = 0) =>
    viewOf(circuit, Math.max(now, Date.now())),
  );
  showWhenAsked(() => breakerDetails(viewOf(circuit, Date.now()), Date.now()));

  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  // What a person has decided waits for somebody to ask, without a timer: for years, if need be.
  const isAsleep = () => isForced(circuit) && Object.keys(circuit.members).length === 0;
  while (!(await (isAsleep() ? condition(() => isLong() || !isAsleep()).then(isLong) : condition(isLong, FRESH_MS)))) {
    const now = Date.now();
    settleMembers(circuit, now);
    if (isDone(circuit, now)) return;
  }
  await continueAsNew<typeof circuitBreaker>({ agent, terms: circuit.terms, carried: circuit });
}

// Two travellers want the last car: the whole story, for the demo and for its test.
import { connect, createWorker, findServer, type FindServerOptions, type RunResult } from 'baton-orchestrator';
import { travelAgents } from './agents.js';
import { bookTrip } from './plan.js';
import { startTravelService, type Booking } from './service.js';

const TASK_QUEUE = 'travel-booking';

export interface Told {
  readonly traveller: string;
  readonly result: RunResult;
  /** What is booked after the run. */
  readonly ledger: readonly Booking[];
  /** What the services were asked for during the run. */
  readonly journal: readonly string[];
}

export async function bookTrips(travellers: readonly string[], options: FindServerOptions = {}): Promise<Told[]> {
  const service = await startTravelService({ cars: 1, losesAnswerOf: 'hotel' });
  const server = await findServer(options);
  const agents = travelAgents(service.url);
  const list = Object.values(agents);
  const plan = bookTrip(agents);
  try {
    const baton = await connect({ server, agents: list, taskQueue: TASK_QUEUE });
    const worker = await createWorker({ server, agents: list, taskQueues: [TASK_QUEUE] });
    const told: Told[] = [];
    const work = async () => {
      for (const traveller of travellers) {
        const before = service.journal().length;
        const run = await baton.start(plan, { input: { traveller, city: 'Lisbon' } });
        const result = await run.result();
        told.push({ traveller, result, ledger: service.ledger(), journal: service.journal().slice(before) });
      }
    };
    const working = work();
    try {
      await worker.run(working);
      await working;
    } finally {
      await baton.close();
    }
    return told;
  } finally {
    await service.close();
    await server.release();
  }
}

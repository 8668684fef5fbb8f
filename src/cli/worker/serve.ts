// `dev` and `worker`: a worker that runs until a signal. When it is ready it prints its server and its Task Queues once.
import { inSession } from '../session/session.js';
import type { Io } from '../terminal/io.js';
import { runWorker } from './run-worker.js';
import type { ServeRequest } from './serve-request.js';
import { untilSignal } from './until-signal.js';

export const DRAINING = 'draining: calls in progress get ten seconds to end';

export async function serve(io: Io, request: ServeRequest): Promise<void> {
  const { verbose, config } = request;
  await untilSignal(io, { verbose, draining: DRAINING, logs: config?.telemetry?.logs }, async (serving) => {
    await inSession(io, request, (session) => runWorker(io, session, request, serving));
  });
}

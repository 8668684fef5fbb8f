import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bookTrips } from './book-trips.js';

// What the SDK says of failures that belong to the story is left out.
Runtime.install({ logger: new DefaultLogger('ERROR') });
console.log('starting a Temporal server, three booking services and a worker');
for (const { traveller, result, ledger, journal } of await bookTrips(['ada', 'bob'])) {
  const { status, failure, compensated, debt } = result;
  console.log(`\n${traveller}: run ${result.runId} ${status}${failure === null ? '' : `: ${failure.message}`}`);
  for (const line of journal) console.log(`  ${line}`);
  if (compensated.length > 0) console.log(`undone, in this order: ${compensated.join(', ')}`);
  if (debt.length > 0) console.log(`could not be undone: ${debt.join(', ')}`);
  console.log('the ledger now holds');
  for (const { id, kind, trip } of ledger) console.log(`  ${kind} ${id} for ${trip}`);
}

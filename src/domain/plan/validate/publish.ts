// Checks the broker and the destination of a task `publish`, as far as the brokers are known.
import { destinationFault } from '../../event/destination.js';
import { expressionSource } from '../../expression/expression.js';
import { shown } from '../../problem.js';
import type { Context } from './context.js';
import type { ReadTask } from './read-leniently.js';

export function checkPublish({ path, task: { publish } }: ReadTask, context: Context): void {
  if (publish === undefined) return;
  const at = [...path, 'publish'];
  const { broker, to } = publish;
  if (expressionSource(to) !== undefined) {
    const message = `expected the name of a stream, topic, queue or exchange, got the expression ${shown(to)}`;
    context.report(
      'plan.expression-scope',
      [...at, 'to'],
      message,
      'the destination is fixed when the plan is written',
    );
    return;
  }
  if (context.brokers === undefined || broker === undefined) return;
  const kind = context.brokers.get(broker);
  if (kind === undefined) {
    const hint =
      context.suggest(broker, context.brokers) ??
      (context.brokers.size === 0
        ? 'the configuration has no brokers'
        : `brokers: ${[...context.brokers.keys()].join(', ')}`);
    const message = `expected the name of a broker of the configuration, got ${shown(broker)}`;
    context.report('plan.unknown-broker', [...at, 'broker'], message, hint);
    return;
  }
  const fault = destinationFault(kind, to);
  if (fault === undefined) return;
  context.report(
    'plan.bad-destination',
    [...at, 'to'],
    `${fault}, because broker ${broker} is of kind ${kind}; got ${shown(to)}`,
  );
}

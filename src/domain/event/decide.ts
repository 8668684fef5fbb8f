// What one event causes: nothing, a run, or the delivery of its data to a run.
import { compileExpression, ExpressionError, expressionSource, isTruthy } from '../expression/expression.js';
import { compileTemplate } from '../expression/template.js';
import { shown } from '../problem.js';
import { EventError, type CloudEvent } from './cloud-event.js';
import type { OnConflict } from '../on-conflict.js';
import type { SubscriptionSettings } from './subscription.js';

export type Effect =
  | { readonly do: 'nothing' }
  /** `run` is absent if the subscription does not name it: then the event has a run of its own. */
  | { readonly do: 'start'; readonly run: string | undefined; readonly input: unknown; readonly onConflict: OnConflict }
  | { readonly do: 'deliver'; readonly run: string; readonly event: string; readonly data: unknown };

/** Throws an EventError. */
export type Decide = (event: CloudEvent) => Effect;

const EVENT_DATA = '{% $event.data %}';

/** Compiles the expressions of a subscription once. */
export function compileDecision({ when, start, deliver }: SubscriptionSettings): Decide {
  const source = when === undefined ? undefined : expressionSource(when);
  const isWanted = source === undefined ? () => true : part('when', compileExpression(source).evaluate);
  if (start !== undefined) {
    const run = start.run === undefined ? undefined : textPart('start.run', start.run);
    const input = part('start.input', compileTemplate(start.input ?? EVENT_DATA));
    const { onConflict = 'attach' } = start;
    return (event) =>
      isTruthy(isWanted({ event }))
        ? { do: 'start', run: run?.({ event }), input: input({ event }), onConflict }
        : { do: 'nothing' };
  }
  const run = textPart('deliver.run', deliver!.run);
  const name = textPart('deliver.event', deliver!.event);
  const data = part('deliver.data', compileTemplate(deliver!.data ?? EVENT_DATA));
  return (event) =>
    isTruthy(isWanted({ event }))
      ? { do: 'deliver', run: run({ event }), event: name({ event }), data: data({ event }) ?? null }
      : { do: 'nothing' };
}

interface EventScope {
  readonly [name: string]: unknown;
  readonly event: CloudEvent;
}

type Part<T> = (scope: EventScope) => T;

function part(name: string, evaluate: (scope: EventScope) => unknown): Part<unknown> {
  return (scope) => {
    try {
      return evaluate(scope);
    } catch (error) {
      if (error instanceof ExpressionError) throw new EventError(`${name}: ${error.message}`, { cause: error });
      throw error;
    }
  };
}

/** A number is taken as text: ids are often numbers. */
function textPart(name: string, template: string): Part<string> {
  const evaluate = part(name, compileTemplate(template));
  return (scope) => {
    const value = evaluate(scope);
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return value;
    throw new EventError(`${name}: expected text, got ${shown(value)}`);
  };
}

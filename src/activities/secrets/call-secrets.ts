// The secrets of one call: which it has read, so that they can be replaced in everything that leaves the activity.
import type { Redactor, SecretSource } from '../../domain/secret.js';
import type { AgentLog } from '../../domain/agent/agent.js';
import type { SecretValue } from './patterns.js';
import { createRedactor, type FixedRedactor } from './redactor.js';
import { redactError } from './redact-error.js';
import { redactValue } from './redact-value.js';
import type { SecretStore } from './store.js';

export interface CallSecrets extends Redactor {
  /** Reads a secret; from then on its value is replaced. */
  read(this: void, source: SecretSource, what: string, hint?: string): Promise<string>;
  value(this: void, value: unknown): unknown;
  error(this: void, thrown: unknown): unknown;
  log(this: void, log: AgentLog): AgentLog;
}

export function openSecrets(store: SecretStore): CallSecrets {
  const values = new Map<string, SecretValue>();
  let redactor: FixedRedactor | undefined;
  // Made when it is needed: many calls read several secrets, and report nothing before they have read them all.
  const current = (): FixedRedactor => (redactor ??= createRedactor([...values.values()]));
  const add = (name: string, value: string) => {
    if (values.has(value)) return;
    values.set(value, { name, value });
    redactor = undefined;
  };
  return {
    async read(source, what, hint) {
      const value = await store.read(source, what, hint);
      add('env' in source ? source.env : source.$secret, value);
      return value;
    },
    add,
    redact: (text) => current().redact(text),
    redactCut: (text) => current().redactCut(text),
    redactStream: (emit) => current().redactStream(emit),
    value: (value) => (values.size === 0 ? value : redactValue(value, current())),
    error: (thrown) => (values.size === 0 ? thrown : redactError(thrown, current())),
    log: (log) => redactedLog(log, current),
  };
}

function redactedLog(log: AgentLog, current: () => FixedRedactor): AgentLog {
  const write =
    (level: keyof AgentLog): AgentLog['info'] =>
    (message, fields) => {
      const redactor = current();
      const text = redactor.redact(message);
      if (fields === undefined) log[level](text);
      else log[level](text, redactValue(fields, redactor) as Record<string, unknown>);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

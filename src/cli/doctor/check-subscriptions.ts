// Subscriptions whose messages wait, and brokers that do not answer.
import type { Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import { listSubscriptions } from '../gateway/list-subscriptions.js';
import type { Check, Finding } from './finding.js';

/** Fewer messages are taken for ordinary traffic. */
const MANY = 1_000;

export const checkSubscriptions = (io: Io, options: ServerOptions): Check => ({
  name: 'subscriptions',
  async look({ config }) {
    if (config === undefined || config.subscriptions.length === 0) return [];
    const all = await listSubscriptions(io, options, config);
    return all.flatMap(({ name, from, lag = 0, dead = 0, problem }): Finding[] => {
      if (problem !== undefined) {
        return [
          { problem: `subscription ${name} (${from}): ${problem}`, todo: 'start the broker, or correct its settings' },
        ];
      }
      const findings: Finding[] = [];
      if (lag >= MANY) {
        const todo = 'start a gateway, or more of them: "baton gateway"';
        findings.push({ problem: `subscription ${name} (${from}) lags: ${lag} messages wait`, todo });
      }
      if (dead > 0) {
        const todo = 'read the header with the reason, and deliver them again or remove them: docs/events.md';
        findings.push({ problem: `subscription ${name} (${from}) has ${dead} dead letters`, todo });
      }
      return findings;
    });
  },
});

// `baton doctor`: looks at everything that runs need, and prints what is wrong with it.
import { visibleLine } from '../../domain/text/visible.js';
import type { DoctorOptions } from './options.js';
import { withAgents } from '../session/with-session.js';
import { errorSummary } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import { checkDeployments } from './check-deployments.js';
import { checkBreakers, checkLeftGuards, checkPools } from './check-guards.js';
import { checkQueues } from './check-queues.js';
import { checkRuns } from './check-runs.js';
import { checkNamespace, checkSearchAttributes } from './check-server.js';
import { checkSubscriptions } from './check-subscriptions.js';
import type { Check, Finding, Patient } from './finding.js';
import { parseStale } from './parse-stale.js';

interface Checked {
  readonly check: string;
  readonly findings: readonly Finding[];
}

/** Exit code 1 if something is wrong. */
export async function runDoctor(io: Io, options: DoctorOptions): Promise<void> {
  const staleMs = parseStale(options.stale);
  await withAgents(io, options, async ({ baton, server: { address, namespace } }, config) => {
    const patient: Patient = { baton, client: baton.client, config, staleMs };
    const checks: Check[] = [
      ...[
        checkNamespace,
        checkSearchAttributes,
        checkQueues,
        checkDeployments,
        checkBreakers,
        checkPools,
        checkRuns,
        checkLeftGuards,
      ],
      checkSubscriptions(io, options),
    ];
    const checked: Checked[] = [];
    for (const check of checks) {
      const result = { check: check.name, findings: await lookAt(check, patient) };
      checked.push(result);
      if (options.json !== true) print(io, result);
    }
    const findings = checked.flatMap((one) => one.findings);
    if (findings.length > 0) io.exitCode = 1;
    if (options.json === true)
      io.printJson({ ok: findings.length === 0, server: { address, namespace }, checks: checked });
    else io.note(findings.length === 0 ? 'nothing is wrong' : `${countText(findings.length)} found`);
  });
}

/** A check that fails is a finding, and the others are made. */
async function lookAt({ name, look }: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await look(patient);
  } catch (error) {
    return [{ problem: `${name} could not be checked: ${errorSummary(error).message}`, todo: 'mend that first' }];
  }
}

function print(io: Io, { check, findings }: Checked): void {
  const paint = io.colours(io.stdout);
  if (findings.length === 0) return io.print(`${paint.green('ok')}       ${check}`);
  for (const { problem, todo } of findings) {
    io.print(`${paint.red('problem')}  ${visibleLine(problem)}`);
    io.print(`         ${paint.dim(visibleLine(todo))}`);
  }
}

const countText = (count: number): string => (count === 1 ? '1 problem' : `${count} problems`);

// Versions of workers that poll and get no work, because they have not been made current.
import { describeDeployment, listDeployments } from '../../temporal/deployments.js';
import type { Check, Finding } from './finding.js';

export const checkDeployments: Check = {
  name: 'versions of workers',
  async look({ client }) {
    const findings: Finding[] = [];
    for (const name of await listDeployments(client)) {
      const deployment = await describeDeployment(client, name);
      // The server keeps old versions; only the newest may wait to be made current.
      const [newest] = deployment?.versions ?? [];
      if (newest === undefined || !['inactive', 'created'].includes(newest.status)) continue;
      const problem = `version ${newest.buildId} of deployment ${name} gets no work: ${currentText(deployment?.current)}`;
      findings.push({
        problem,
        todo: `"baton deployment promote ${newest.buildId} --name ${name}" gives it the new runs`,
      });
    }
    return findings;
  },
};

const currentText = (current: string | null | undefined): string =>
  current == null ? 'no version is current' : `${current} is current`;

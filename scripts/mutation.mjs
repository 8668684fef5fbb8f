// Runs Stryker over the groups that are named, or all, one after another, and prints a table of their scores.
import { execaSync } from 'execa';
import { readFileSync } from 'node:fs';
import { GROUPS } from './mutation/groups.mjs';

const named = process.argv.slice(2);
const unknown = named.filter((name) => !GROUPS.includes(name));
if (unknown.length > 0) throw new Error(`expected ${GROUPS.join(', ')}, got ${unknown.join(', ')}`);

const rows = (named.length > 0 ? named : GROUPS).map((group) => {
  execaSync('nice', ['-n', '15', 'stryker', 'run'], {
    stdio: 'inherit',
    preferLocal: true,
    env: { MUTATION_GROUP: group },
  });
  const { files } = JSON.parse(readFileSync(`reports/mutation/${group}.json`, 'utf8'));
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...of) => statuses.filter((status) => of.includes(status)).length;
  const [killed, survived] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
  return {
    group,
    mutants: killed + survived,
    killed,
    survived,
    score: `${((100 * killed) / (killed + survived)).toFixed(1)} %`,
  };
});
console.table(rows);

// Makes the optional packages of Baton ordinary ones, all but the one for tests, and removes those for development: for the image in
// deploy/Dockerfile. It changes package.json, because npm leaves out what is optional or for development, even if it is named.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package.json', import.meta.url);
const {
  devDependencies: _,
  peerDependencies,
  peerDependenciesMeta: __,
  ...about
} = JSON.parse(readFileSync(file, 'utf8'));
const optional = Object.fromEntries(
  Object.entries(peerDependencies).filter(([name]) => name !== '@temporalio/testing'),
);
writeFileSync(file, JSON.stringify({ ...about, dependencies: { ...about.dependencies, ...optional } }, null, 2));
execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' });

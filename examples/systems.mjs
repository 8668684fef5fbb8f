// Starts the systems that examples use, those of the tests, if they do not run already: Airflow and Prefect take a minute or two the first time.
import { execFileSync } from 'node:child_process';

/** `stop` ends those that were started here. */
export function startSystems(root, names, say) {
  const run = (...args) =>
    execFileSync('npm', ['run', '--silent', 'systems', '--', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const before = JSON.parse(run('status', '--json', ...names));
  const started = before.filter(({ url }) => url === null).map(({ name }) => name);
  if (started.length > 0) say(`starting ${started.join(', ')}`);
  const stop = () => void (started.length > 0 && run('down', ...started));
  try {
    run('up', ...names);
    const urls = new Map(JSON.parse(run('status', '--json', ...names)).map(({ name, url }) => [name, url]));
    return { stop, url: (name) => urls.get(name) };
  } catch (error) {
    stop();
    throw error;
  }
}

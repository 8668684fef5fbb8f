// A real Prometheus with the alerts of deploy/prometheus/rules.yml, and when each of them fires.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, launch } from './processes.mjs';

/** The durations of the rules are divided by this; the thresholds stay. Two minutes of the demo are an hour. */
export const FASTER = 30;

/** Half a minute: Prometheus starts in less than a second on a machine that has time. */
const READY_MS = 30_000;

/** `for: 5m` and `[5m]`, in seconds, divided by FASTER. */
export function shortened(rules) {
  const seconds = { m: 60, h: 3_600, d: 86_400 };
  return rules.replaceAll(
    /(?<before>for: |\[)(?<count>\d+)(?<unit>[mhd])/g,
    (_, before, count, unit) => `${before}${(count * seconds[unit]) / FASTER}s`,
  );
}

export async function startPrometheus(directory, rulesFile, targets) {
  const port = await freePort();
  await writeFile(join(directory, 'rules.yml'), shortened(await readFile(rulesFile, 'utf8')));
  const config = {
    global: { scrape_interval: '3s', scrape_timeout: '3s', evaluation_interval: '1s' },
    rule_files: [join(directory, 'rules.yml')],
    scrape_configs: [{ job_name: 'baton', static_configs: [{ targets }] }],
  };
  // Prometheus reads YAML, and JSON is YAML.
  await writeFile(join(directory, 'prometheus.json'), JSON.stringify(config));
  const started = await launch('prometheus', [
    `--config.file=${join(directory, 'prometheus.json')}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]);
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + READY_MS; ; await pause(100)) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { ...started, url };
    if (Date.now() > until || started.hasEnded()) throw new Error(`Prometheus did not start:\n${started.log()}`);
  }
}

/** Follows the alerts. `onChange` is called when one begins or ceases to fire. */
export function followAlerts(url, onChange) {
  const firing = new Set();
  const all = new Map();
  return {
    firing,
    /** By name: when it fired for the first time, and when it ceased for the last time; milliseconds of the clock. */
    all,
    async look() {
      const response = await fetch(`${url}/api/v1/rules?type=alert`);
      const { data } = await response.json();
      for (const { name, state } of data.groups.flatMap(({ rules }) => rules)) {
        const seen = all.get(name) ?? {};
        all.set(name, seen);
        const isFiring = state === 'firing';
        if (isFiring === firing.has(name)) continue;
        if (isFiring) {
          firing.add(name);
          seen.fired ??= Date.now();
          seen.cleared = undefined;
        } else {
          firing.delete(name);
          seen.cleared = Date.now();
        }
        onChange(name, isFiring);
      }
    },
  };
}

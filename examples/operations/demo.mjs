// `node examples/operations/demo.mjs [--json]`: things go wrong under load, each alert fires, things are repaired, each alert clears.
// What happens goes to stderr, the tables to stdout. Exit code 1: an alert did not do what it should.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { parse } from 'yaml';
import { FASTER, followAlerts, startPrometheus } from './alerts.mjs';
import { createLoad } from './load.mjs';
import { freePort, MissingProgram, startRedis, startWorker } from './processes.mjs';
import { startReceiver, startShop } from './servers.mjs';
import { compareTrace } from './trace.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../../dist');
const rules = resolve(here, '../../deploy/prometheus/rules.yml');

/** What makes each alert fire. */
const CAUSES = {
  BatonWorkerDown: 'the worker of the queue "reports" is killed',
  BatonBacklogOld: 'the worker of the queue "reports" is killed',
  BatonBacklogGrowing: 'the worker of the queue "reports" is killed, and reports come in',
  BatonAgentSaturated: 'more posters than one licence draws',
  BatonPoolExhausted: 'more posters than one licence draws',
  BatonSuccessRateLow: 'payments answer 500',
  BatonErrorRateHigh: 'payments answer 500',
  BatonRunsFailing: 'payments answer 500: orders fail',
  BatonCompensationDebt: 'payments answer 500: bookings cannot give the money back',
  BatonBreakerOpen: 'mail answers 500',
  BatonTasksSlow: 'a search takes 2 s instead of 20 ms',
  BatonSubscriptionLag: 'an order without an item holds up 1,200 messages',
  BatonDeadLetters: 'an order without an item becomes a dead letter',
};

/** Long enough to see that nothing fires while nothing is wrong: the longest window of a rate is half a minute. */
const CALM_S = 20;
/** Most alerts take half a minute to fire, and to clear; BatonBacklogOld needs a task that has waited for one minute. */
const MOST_S = 240;

const asJson = process.argv.includes('--json');
const say = (line) => console.error(line);
const refuse = (line) => {
  say(`error: ${line}`);
  process.exit(2);
};
const [unknown] = process.argv.slice(2).filter((one) => one !== '--json');
if (unknown !== undefined) refuse(`unknown argument "${unknown}"; expected --json or nothing`);
if (!existsSync(dist)) refuse('baton is not built; run "npm ci" or "npm run build" first');
let isInterrupted = false;
process.on('SIGINT', () => (isInterrupted = true));

const directory = await mkdtemp(join(tmpdir(), 'baton-operations-'));
const running = [];
const keep = (one) => (running.push(one), one);
try {
  const report = await play();
  console.log(asJson ? JSON.stringify(report, null, 2) : drawn(report));
  process.exitCode = report.problems.length === 0 ? 0 : 1;
} catch (error) {
  say(`error: ${error.message}`);
  process.exitCode = error instanceof MissingProgram ? 2 : 1;
} finally {
  for (const one of running.reverse()) await one.stop();
  await rm(directory, { recursive: true, force: true });
}

async function play() {
  const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  // Those that may be missing on this machine come first.
  const prometheus = keep(await startPrometheus(directory, rules, [first, second]));
  const redis = keep(await startRedis(directory));
  const shop = keep(await startShop());
  const receiver = keep(await startReceiver());
  Object.assign(process.env, {
    SHOP_SERVICE: shop.url,
    REDIS_URL: redis.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  const { Baton, findServer, loadConfig } = await import(pathToFileURL(join(dist, 'index.js')).href);
  const server = await findServer({ directory });
  keep({ stop: () => server.release() });
  const at = { dist, config: join(here, 'baton.config.ts'), address: server.address };
  keep(await startWorker({ ...at, listen: first, more: ['--gateway'] }));
  const startReports = () => startWorker({ ...at, listen: second, more: ['--task-queue', 'reports'] });
  const reports = keep(await startReports());
  const { agents } = await loadConfig(here);
  const baton = await Baton.connect({ server, agents, taskQueue: 'operations' });
  keep({ stop: () => baton.close() });
  const messages = createClient({ url: redis.url });
  await messages.connect();
  keep({ stop: () => messages.destroy() });

  const load = createLoad(baton, messages, join(here, 'plans'));
  const began = Date.now();
  const alerts = followAlerts(prometheus.url, (name, isFiring) =>
    say(`${seconds(began)}  ${isFiring ? 'fires  ' : 'cleared'}  ${name}`),
  );

  say(`${seconds(began)}  an ordinary day: all is well`);
  const day = load.day();
  day.catch(() => undefined);
  const chosen = await load.order();
  await during((second) => second < CALM_S, load.usual, alerts);
  await day;
  const { traceId } = await chosen.result();
  const early = [...alerts.all].filter(([, { fired }]) => fired !== undefined).map(([name]) => name);

  const troubledAt = Date.now();
  say(`${seconds(began)}  now everything goes wrong`);
  Object.assign(shop.state, { isDown: true, isSlow: true });
  await reports.stop('SIGKILL');
  await load.poison();
  const isMissing = () => Object.keys(CAUSES).some((name) => alerts.all.get(name)?.fired === undefined);
  await during((second) => isMissing() && second < MOST_S, load.troubled, alerts);

  const repairedAt = Date.now();
  say(`${seconds(began)}  everything is repaired`);
  Object.assign(shop.state, { isDown: false, isSlow: false });
  const again = startReports().then(keep);
  again.catch(() => undefined);
  const paid = load.payDebts();
  paid.catch(() => undefined);
  await during((second) => alerts.firing.size > 0 && second < MOST_S, load.usual, alerts);
  await Promise.all([again, paid]);

  const { tasks } = parse(await readFile(join(here, 'plans/order.yaml'), 'utf8'));
  const needs = Object.fromEntries(Object.entries(tasks).map(([id, task]) => [id, task.needs ?? []]));
  const trace = await compareTrace(receiver.spans, traceId, needs);
  const rows = [...alerts.all].map(([alert, { fired, cleared }]) => ({
    alert,
    cause: CAUSES[alert] ?? 'unknown to the demo',
    firedAfterS: fired === undefined ? null : Math.round((fired - troubledAt) / 1000),
    clearedAfterS: cleared === undefined ? null : Math.round((cleared - repairedAt) / 1000),
  }));
  return {
    alerts: rows,
    trace: { id: traceId, lines: trace.lines },
    problems: [...problemsOf(rows, early), ...trace.problems],
  };
}

/** Starts the load of each second, and looks at the alerts twice in it. */
async function during(goesOn, loadOf, alerts) {
  const began = Date.now();
  for (let second = 0; goesOn(second); second = Math.max(second + 1, Math.floor((Date.now() - began) / 1000))) {
    if (isInterrupted) throw new Error('interrupted');
    await loadOf(second);
    await alerts.look();
    await pause(Math.max(0, began + (second + 0.5) * 1000 - Date.now()));
    await alerts.look();
    await pause(Math.max(0, began + (second + 1) * 1000 - Date.now()));
  }
}

function problemsOf(rows, early) {
  const missing = Object.keys(CAUSES).filter((name) => rows.every(({ alert }) => alert !== name));
  return [
    ...early.map((alert) => `${alert} fired although nothing was wrong`),
    ...missing.map((alert) => `${alert} is not among the rules`),
    ...rows.flatMap(({ alert, cause, firedAfterS, clearedAfterS }) =>
      firedAfterS === null
        ? [`${alert} did not fire within ${MOST_S} s: ${cause}`]
        : clearedAfterS === null
          ? [`${alert} did not clear within ${MOST_S} s of the repair`]
          : [],
    ),
  ];
}

function drawn({ alerts, trace, problems }) {
  const width = Math.max(...alerts.map(({ alert }) => alert.length)) + 2;
  // What holds messages up becomes a dead letter, and the messages flow again.
  const time = (value) => (value === null ? '-' : value < 0 ? 'by itself' : `${value} s`).padStart(11);
  return [
    `${'ALERT'.padEnd(width)}      FIRED    CLEARED  CAUSE`,
    ...alerts.map(
      ({ alert, cause, firedAfterS, clearedAfterS }) =>
        `${alert.padEnd(width)}${time(firedAfterS)}${time(clearedAfterS)}  ${cause}`,
    ),
    `Fired: after the trouble began. Cleared: after the repair. Durations of the rules are divided by ${FASTER}.`,
    '',
    ...trace.lines,
    '',
    ...(problems.length === 0
      ? [`All ${alerts.length} alerts fired and cleared; the trace has the shape of the plan.`]
      : problems.map((problem) => `PROBLEM: ${problem}`)),
  ].join('\n');
}

function seconds(began) {
  return `${Math.round((Date.now() - began) / 1000)} s`.padStart(6);
}

// The Temporal server of a test, with what Baton needs on it.
import { IllegalStateError } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { dynamicConfigArgs, findTemporalBinary, findTestServerBinary } from '../server/index.js';
import { loadOptional } from '../system/optional-package.js';
import { openValues, type ValueSettings } from '../values.js';

/** The program would print its versions and addresses among the output of the tests. */
const NO_BANNER = ['--output', 'none'];

export const NAMESPACE = 'default';

export async function startServer(timeSkipping: boolean, values: ValueSettings): Promise<TestWorkflowEnvironment> {
  const { TestWorkflowEnvironment: environment } = await loadOptional(
    '@temporalio/testing@1',
    () => import('@temporalio/testing'),
    (advice, options) =>
      new Error(`tests with testBaton ${advice.replace('install ', 'install --save-dev ')}`, options),
  );
  silenceLog();
  const dataConverter = await openValues(values);
  const temporal = timeSkipping
    ? await environment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path: await findTestServerBinary() } },
        client: { dataConverter },
      })
    : await environment.createLocal({
        client: { dataConverter },
        server: {
          executable: { type: 'existing-path', path: await findTemporalBinary() },
          log: { format: 'pretty', level: 'never' },
          extraArgs: [...NO_BANNER, ...dynamicConfigArgs()],
        },
      });
  try {
    await addSearchAttributes(temporal);
    return temporal;
  } catch (error) {
    await temporal.teardown();
    throw error;
  }
}

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

/** Does not list the existing ones first: the server is new, and the time-skipping server cannot list them. */
async function addSearchAttributes({ connection }: TestWorkflowEnvironment): Promise<void> {
  const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, KEYWORD]));
  await connection.operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes });
}

/** Failures are reported by the tests themselves. A process has one Runtime: if the caller has installed one, it is kept. */
function silenceLog(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

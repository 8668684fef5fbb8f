// Input and output of a task, or of one of its items, when somebody looks at them.
import { readCallInput, readCallOutput, type CallRecord } from '../../client/calls/read-calls.js';
import { defined } from '../../domain/json/defined.js';
import { shownValue, type ShownValue } from '../../domain/picture/shown-value.js';
import { mainCall } from '../observe/read-run-page.js';
import { visible } from '../../domain/text/visible.js';
import type { Session } from '../session/session.js';

/** In characters. More is not read in a page. */
const VALUE_LENGTH = 20_000;

export interface TaskValues {
  readonly input?: ShownValue;
  readonly output?: ShownValue;
  readonly failure?: string;
  /** Why they cannot be read. */
  readonly error?: string;
}

const shown = (value: unknown): ShownValue | undefined => (value == null ? undefined : shownValue(value, VALUE_LENGTH));

export async function readTaskValues(
  { baton }: Session,
  {
    id,
    task,
    item,
    calls,
  }: {
    readonly id: string;
    readonly task: string;
    readonly item: number | undefined;
    readonly calls: readonly CallRecord[];
  },
): Promise<TaskValues> {
  if (item !== undefined) {
    const call = calls.findLast((one) => one.task === task && one.item === item && one.suffix !== 'compensate');
    if (call === undefined) return {};
    const [input, output] = await Promise.all([readCallInput(baton.client, call), readCallOutput(baton.client, call)]);
    return defined({
      input: shown(input),
      output: shown(output),
      failure: call.failure === undefined ? undefined : visible(call.failure),
    });
  }
  const call = mainCall(calls, task);
  const input = call === undefined ? undefined : await readCallInput(baton.client, call);
  const { tasks } = await baton.run(id).snapshot();
  const result = Object.hasOwn(tasks, task) ? tasks[task] : undefined;
  return {
    ...defined({ input: shown(input), output: shown(result?.output) }),
    ...(result?.omittedBytes === undefined
      ? {}
      : { error: `the run no longer has the output, which was ${result.omittedBytes} bytes` }),
  };
}

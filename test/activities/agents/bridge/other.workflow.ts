// Workflows of another team, which agents of the kind `temporal` call.
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  setHandler,
  sleep,
} from '@temporalio/workflow';

export async function total({ numbers }: { numbers: number[] }): Promise<{ total: number }> {
  await sleep(10);
  return { total: numbers.reduce((sum, one) => sum + one, 0) };
}

export function refuses({ retry }: { retry: boolean }): Promise<never> {
  const failure = { message: 'no rows', type: 'NoRows', nonRetryable: !retry, details: [{ rows: 0 }] };
  return Promise.reject(ApplicationFailure.create(failure));
}

export async function untilReleased(): Promise<string> {
  let isReleased = false;
  setHandler(defineSignal('release'), () => void (isReleased = true));
  try {
    await condition(() => isReleased);
    return 'released';
  } catch (error) {
    // It takes a while to clean up.
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => sleep(200));
    throw error;
  }
}

// The settings of the Temporal server that Baton depends on, as dynamic configuration. The documentation lists those that a server
// of your own needs.

/** `key=value` */
export const DYNAMIC_CONFIG: readonly string[] = [
  // Priority is strict, and fairness alternates, only with one partition.
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  // Events that arrive during a Workflow Task wait in a buffer. When it is full the server fails the Workflow Task
  // (FORCE_CLOSE_COMMAND) and the worker repeats it, from the beginning of the history. The default of 100 is also the default
  // concurrency of a run. A run has at most 1,500 calls in flight, and each ends with two events.
  'history.maximumBufferedEventsBatch=5000',
  // Not more than the default, 2 MiB: the buffer is written in one transaction of at most 4 MiB, to which the event that fills
  // the buffer may add 2 MiB. With 64 MiB here, a run with 10 MiB of outputs in the buffer never continued.
  'history.maximumBufferedEventsSizeInBytes=2097152',
  // How often the server looks for tasks. The default is 20 times a second: each step of a chain waits up to 50 ms.
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
];

/** As arguments of `temporal server start-dev`. */
export const dynamicConfigArgs = (settings: readonly string[] = DYNAMIC_CONFIG): string[] =>
  settings.flatMap((setting) => ['--dynamic-config-value', setting]);

import type { BundleOptions } from '@temporalio/worker';

export function bundleOptions(
  workflowsPath: string,
): Pick<
  BundleOptions,
  | 'preloadModules'
  | 'workflowInterceptorModules'
  | 'payloadConverterPath'
  | 'failureConverterPath'
  | 'webpackConfigHook'
>;

export function withClearFailures(code: string): string;

import type { BundleOptions } from '@temporalio/worker';

export function bundleOptions(workflowsPath: string): Pick<BundleOptions, 'preloadModules' | 'webpackConfigHook'>;

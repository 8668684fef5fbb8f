// The Workflow code of a worker. It is bundled when the package is built, so that a worker starts in a second. Without a build it is
// bundled from source.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';

export type WorkflowCode = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> & {
  readonly interceptors?: { readonly workflowModules: string[] };
};

/** The first words of the bundle of the package: with them, failures are in clear text (scripts/workflow-bundle-options.mjs). */
const CLEAR_FAILURES = 'globalThis.batonClearFailures = true;';

/** What Temporal's bundler writes if it was given no `failureConverterPath`. */
const NO_FAILURE_CONVERTER = '__temporal_custom_failure_converter (ignored)';

/** Workflow code reports runs to the worker only after this statement: a worker without the sink would log an error for each report. */
const COUNTED = 'globalThis.batonCountsRuns = true;';

/** Workflow code names a versioning behaviour only after this statement: the server refuses one from a worker without a version. */
const VERSIONED = 'globalThis.batonIsVersioned = true;';

/** Workflow code sends notices only after this statement: another worker would have no receivers for them. */
const NOTIFYING = 'globalThis.batonSendsNotices = true;';

export interface WorkflowCodeOptions {
  readonly isEncrypted: boolean;
  /** The worker has the sink that counts runs. */
  readonly isCounted?: boolean;
  /** The worker has a version of a deployment. */
  readonly isVersioned?: boolean;
  /** The worker has receivers of notices. */
  readonly sendsNotices?: boolean;
}

/** What Temporal's bundler writes if it was given no `payloadConverterPath`. */
const NO_PAYLOAD_CONVERTER = '__temporal_custom_payload_converter (ignored)';

/** True if runs can carry references to stored values: a bundle of the user may have the SDK's own converter, which cannot. */
export async function carriesReferences(given: WorkflowBundleOption | undefined): Promise<boolean> {
  return given === undefined || !(await codeOf(given)).includes(NO_PAYLOAD_CONVERTER);
}

/** `given`: a bundle of the user. Throws if values are encrypted, and the bundle would send failures in clear text. */
export async function workflowCode(
  given: WorkflowBundleOption | undefined,
  { isEncrypted, isCounted = false, isVersioned = false, sendsNotices = false }: WorkflowCodeOptions,
): Promise<WorkflowCode> {
  const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  const workflowBundle = given ?? (existsSync(codePath) ? { codePath } : undefined);
  if (workflowBundle === undefined) {
    const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
    return { workflowsPath, interceptors: { workflowModules: [workflowsPath] } };
  }
  const encoded = isEncrypted ? await withEncodedFailures(workflowBundle) : workflowBundle;
  const statements = (isCounted ? COUNTED : '') + (isVersioned ? VERSIONED : '') + (sendsNotices ? NOTIFYING : '');
  return { workflowBundle: statements === '' ? encoded : { code: statements + (await codeOf(encoded)) } };
}

const codeOf = (bundle: WorkflowBundleOption): Promise<string> | string =>
  'code' in bundle ? bundle.code : readFile(bundle.codePath, 'utf8');

async function withEncodedFailures(bundle: WorkflowBundleOption): Promise<WorkflowBundleOption> {
  const code = await codeOf(bundle);
  if (code.includes(NO_FAILURE_CONVERTER)) {
    throw new Error(
      'workflowBundle: expected a bundle that encrypts failures, because the worker has encryption keys; ' +
        'give bundleWorkflowCode the failureConverterPath of openValues({ encryption })',
    );
  }
  return code.startsWith(CLEAR_FAILURES) ? { code: code.slice(CLEAR_FAILURES.length) } : bundle;
}

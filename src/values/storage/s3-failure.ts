// What an error of S3 means: which operation on which bucket failed, and what to do. The SDK's own messages of denied requests are
// `UnknownError`, because the answer to HEAD has no body.

/** The rights that a worker needs, by operation. */
const RIGHTS: Readonly<Record<string, string>> = {
  HeadObject: 's3:GetObject',
  GetObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  ListObjectsV2: 's3:ListBucket',
  CopyObject: 's3:GetObject and s3:PutObject',
  DeleteObject: 's3:DeleteObject',
};

/** The SDK gives these names to answers without a body. */
const NAMELESS = /^(?:Error|Unknown|UnknownError|\d+)$/;

interface Request {
  readonly operation: string;
  readonly bucket: string;
}

/** The error of a request with the operation, the bucket and advice; `error` is its cause. */
export function s3Failure(error: unknown, { operation, bucket }: Request): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  const advice = adviceFor(error.name, status, { operation, bucket });
  if (advice === undefined) return error;
  const code = NAMELESS.test(error.name) ? `HTTP ${status}` : error.name;
  return new Error(`${code}: ${operation} on bucket "${bucket}": ${advice}`, { cause: error });
}

function adviceFor(name: string, status: number | undefined, { operation, bucket }: Request): string | undefined {
  if (name === 'NoSuchBucket') return `there is no bucket "${bucket}": create it, or correct storage.s3.bucket`;
  if (name === 'CredentialsProviderError')
    return 'there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role';
  if (WRONG_CREDENTIALS.has(name)) return 'the service does not accept these credentials: correct them';
  if (status === 403)
    return `these credentials may not do this: give them ${RIGHTS[operation] ?? 'the right to do it'}`;
  if (status === 301 || name === 'PermanentRedirect')
    return 'the bucket is in another region: correct storage.s3.region';
  return undefined;
}

const WRONG_CREDENTIALS = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken']);

function statusOf(error: Error): number | undefined {
  const meta: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof meta === 'object' && meta !== null && 'httpStatusCode' in meta ? meta.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

// Storage in a bucket of S3 or of a service with the same protocol. The package of the AWS SDK is optional: it is loaded when the
// bucket is first used. Credentials are those that the AWS SDK finds: environment, profile, role.
// S1. A value that exists is written again only if it is older than REFRESH_MS: writing it refreshes its time.
// S2. A sweep removes a value in two steps, because S3 cannot rename: it copies the value to `KEY.swept` and deletes it; a later
//     sweep deletes the copy. If the value was touched between, `get` finds the copy.
import type { S3Client } from '@aws-sdk/client-s3';
import { defined } from '../../domain/json/defined.js';
import { byteLength } from './payload-bytes.js';
import { s3Failure } from './s3-failure.js';
import type { S3Settings } from './settings.js';
import { SWEPT, type StoredValue, type ValueStore } from './store.js';

type Sdk = typeof import('@aws-sdk/client-s3');

/** Much less than the shortest grace period of a sweep, so that a value in use is never old. */
const REFRESH_MS = 60_000;

/** A service that answers does so in milliseconds; the driver itself tries again. */
const CONNECTION_TIMEOUT_MS = 2_000;
const IDLE_TIMEOUT_MS = 10_000;
const ATTEMPTS = 2;

/** An endpoint that is not Amazon's needs a region only for the signature. */
const ANY_REGION = 'us-east-1';

export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
}

export function s3Store({ bucket, prefix = '', endpoint, region }: S3Settings): ValueStore {
  const address = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const name = (key: string): string => (prefix === '' ? key : `${prefix.replace(/\/$/, '')}/${key}`);
  let opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  const open = () => (opened ??= connect({ endpoint, region }));

  const asked = <T>(operation: string, request: Promise<T>): Promise<T> =>
    request.catch((error: unknown) => {
      throw s3Failure(error, { operation, bucket });
    });

  const head = async (key: string) => {
    const { sdk, client } = await open();
    return await absent(
      asked('HeadObject', client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: name(key) }))),
    );
  };
  const read = async (key: string): Promise<Uint8Array | undefined> => {
    const { sdk, client } = await open();
    const request = client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: name(key) }));
    const found = await absent(asked('GetObject', request));
    return await found?.Body?.transformToByteArray();
  };
  const drop = async (key: string): Promise<void> => {
    const { sdk, client } = await open();
    await asked('DeleteObject', client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: name(key) })));
  };

  return {
    place: endpoint === undefined ? address : `${address} at ${endpoint}`,
    id: () => Promise.resolve(address),
    async put(key, chunks) {
      const found = await head(key);
      const isFresh = Date.now() - (found?.LastModified?.getTime() ?? 0) < REFRESH_MS;
      if (isFresh && found?.ContentLength === byteLength(chunks)) return;
      const { sdk, client } = await open();
      const request = client.send(
        new sdk.PutObjectCommand({ Bucket: bucket, Key: name(key), Body: Buffer.concat(chunks) }),
      );
      await asked('PutObject', request);
    },
    async get(key) {
      return (await read(key)) ?? (await read(`${key}${SWEPT}`)) ?? (await read(key));
    },
    async *list(keys) {
      const { sdk, client } = await open();
      let ContinuationToken: string | undefined;
      do {
        const query = { Bucket: bucket, Prefix: `${name(keys)}/`, ...defined({ ContinuationToken }) };
        const page = await asked('ListObjectsV2', client.send(new sdk.ListObjectsV2Command(query)));
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          const key = Key.slice(name('').length);
          yield { key, bytes: Size, touchedMs: LastModified?.getTime() ?? Date.now() };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async remove({ key }: StoredValue, beforeMs) {
      const found = await head(key);
      if (found === undefined || (found.LastModified?.getTime() ?? Infinity) >= beforeMs) return false;
      if (key.endsWith(SWEPT)) {
        await drop(key);
        return true;
      }
      const { sdk, client } = await open();
      const source = `${bucket}/${name(key)}`.split('/').map(encodeURIComponent).join('/');
      const copy = { Bucket: bucket, CopySource: source, Key: name(`${key}${SWEPT}`) };
      await asked('CopyObject', client.send(new sdk.CopyObjectCommand(copy)));
      await drop(key);
      return true;
    },
  };
}

async function connect({ endpoint, region }: Pick<S3Settings, 'endpoint' | 'region'>) {
  const sdk = await loadSdk();
  const client = new sdk.S3Client({
    ...defined({ endpoint, region: region ?? (endpoint === undefined ? undefined : ANY_REGION) }),
    ...(endpoint === undefined ? {} : { forcePathStyle: true }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: IDLE_TIMEOUT_MS },
    // Values are verified by their own hash.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new MissingPackageError(
      'storage in S3 needs the package "@aws-sdk/client-s3", which is not installed: npm install @aws-sdk/client-s3@3',
      { cause: error },
    );
  }
}

/** `undefined` if the object does not exist. A bucket that does not exist, or may not be used, is an error. */
async function absent<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
    throw error;
  }
}

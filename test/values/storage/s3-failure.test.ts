import { expect, test } from 'vitest';
import { s3Failure } from '../../../src/values/storage/s3-failure.js';

const failed = (name: string, status?: number): Error =>
  Object.assign(new Error('UnknownError'), { name, $metadata: { httpStatusCode: status } });
const messageOf = (error: Error, operation = 'PutObject'): string =>
  (s3Failure(error, { operation, bucket: 'values' }) as Error).message;

test.each([
  [
    failed('Unknown', 403),
    'HTTP 403: PutObject on bucket "values": these credentials may not do this: give them s3:PutObject',
  ],
  [
    failed('403', 403),
    'HTTP 403: PutObject on bucket "values": these credentials may not do this: give them s3:PutObject',
  ],
  [
    failed('AccessDenied', 403),
    'AccessDenied: PutObject on bucket "values": these credentials may not do this: give them s3:PutObject',
  ],
  [
    failed('NoSuchBucket', 404),
    'NoSuchBucket: PutObject on bucket "values": there is no bucket "values": create it, or correct storage.s3.bucket',
  ],
  [
    failed('InvalidAccessKeyId', 403),
    'InvalidAccessKeyId: PutObject on bucket "values": the service does not accept these credentials: correct them',
  ],
  [
    failed('CredentialsProviderError'),
    'CredentialsProviderError: PutObject on bucket "values": there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role',
  ],
  [
    failed('PermanentRedirect', 301),
    'PermanentRedirect: PutObject on bucket "values": the bucket is in another region: correct storage.s3.region',
  ],
])('the error names operation, bucket and what to do: %s', (error, message) => {
  expect(messageOf(error)).toBe(message);
});

test('other errors, such as a missing key and a connection that failed, stay as they are', () => {
  for (const error of [failed('NotFound', 404), failed('NoSuchKey', 404), failed('TimeoutError'), failed('500', 500)])
    expect(s3Failure(error, { operation: 'GetObject', bucket: 'values' })).toBe(error);
});

test('each operation names the right that it needs', () => {
  const rights = ['HeadObject', 'GetObject', 'ListObjectsV2', 'CopyObject', 'DeleteObject'].map((operation) =>
    messageOf(failed('403', 403), operation).replace(/.* give them /, ''),
  );
  expect(rights).toEqual([
    's3:GetObject',
    's3:GetObject',
    's3:ListBucket',
    's3:GetObject and s3:PutObject',
    's3:DeleteObject',
  ]);
});

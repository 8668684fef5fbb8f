// Storage in S3, against the mock server of moto (pip install 'moto[s3,server,iam]'), or against the server that BATON_TEST_S3 names.
// Skipped without either.
import { execa } from 'execa';
import { CreateBucketCommand, PutObjectCommand, S3Client, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../../src/system/ports.js';
import { openStorage, storageDriver } from '../../../src/values/storage/open.js';
import { sweepStore } from '../../../src/values/storage/sweep.js';

const other = process.env['BATON_TEST_S3'];
const { failed: hasNoMoto } = await execa('moto_server', ['--help'], { reject: false });
const isMissing = hasNoMoto && other === undefined;
const moto = test.skipIf(isMissing);

let server: ReturnType<typeof startMoto> | undefined;
let endpoint: string;
let client: S3Client;

const startMoto = (port: number, env: Record<string, string> = {}) =>
  execa('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { reject: false, env });

beforeAll(async () => {
  if (isMissing) return;
  // A server that checks keys, such as MinIO, has its own.
  const { AWS_ACCESS_KEY_ID: id = 'test', AWS_SECRET_ACCESS_KEY: secret = 'test' } =
    other === undefined ? {} : process.env;
  vi.stubEnv('AWS_ACCESS_KEY_ID', id);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  if (other === undefined) {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = startMoto(port);
  } else endpoint = other;
  await vi.waitFor(() => fetch(endpoint), { timeout: 60_000, interval: 200 });
  client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'values' }));
}, 90_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  client?.destroy();
  server?.kill();
  await server;
});

const settings = () => ({ s3: { bucket: 'values', prefix: 'baton', endpoint } });
const target = { kind: 'workflow', namespace: 'default' } as const;
const payload = (letter: string) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(letter.repeat(200_000)),
});

async function store(letter: string) {
  const [reference] = await new ExternalStorageRunner(await openStorage(settings(), {})).store([payload(letter)], {
    target,
  });
  return reference!;
}

const keys = async (): Promise<string[]> =>
  ((await client.send(new ListObjectsV2Command({ Bucket: 'values' }))).Contents ?? []).map(({ Key }) => Key!);

moto('S3: a value is stored under its hash, once, and read by another process', async () => {
  const reference = await store('a');
  await store('a');
  expect(await keys()).toEqual([expect.stringMatching(/^baton\/default\/[0-9a-f]{2}\/[0-9a-f]{64}$/)]);
  const [found] = await new ExternalStorageRunner(await openStorage(settings(), {})).retrieve([reference]);
  expect(Buffer.from(found!.data!).equals(payload('a').data)).toBe(true);
});

moto('S3: an object that was changed is refused', async () => {
  const reference = await store('b');
  for (const Key of await keys()) await client.send(new PutObjectCommand({ Bucket: 'values', Key, Body: 'other' }));
  await expect(
    new ExternalStorageRunner(await openStorage(settings(), {})).retrieve([reference]),
  ).rejects.toMatchObject({
    type: 'ValueLost',
    message: expect.stringContaining(`in s3://values/baton at ${endpoint} has been changed`) as string,
  });
});

moto('S3: a bucket that does not exist is an error with its name', async () => {
  const storage = await openStorage({ s3: { bucket: 'nowhere', endpoint } }, {});
  await expect(new ExternalStorageRunner(storage).store([payload('c')], { target })).rejects.toThrow(
    `a value of 200028 bytes could not be stored in s3://nowhere at ${endpoint}: NoSuchBucket: PutObject on bucket "nowhere": there is no bucket "nowhere": create it, or correct storage.s3.bucket`,
  );
});

test.skipIf(hasNoMoto)(
  'S3: requests that the bucket denies are errors with operation, bucket and what to do',
  async () => {
    const port = await freePort();
    const strict = `http://127.0.0.1:${port}`;
    // The first three requests are allowed: they make the bucket, and a user without rights.
    const process = startMoto(port, { INITIAL_NO_AUTH_ACTION_COUNT: '3' });
    onTestFinished(async () => {
      process.kill();
      await process;
    });
    await vi.waitFor(() => fetch(`${strict}/moto-api/data.json`), { timeout: 60_000, interval: 200 });
    const admin = new S3Client({ endpoint: strict, region: 'us-east-1', forcePathStyle: true });
    onTestFinished(() => admin.destroy());
    await admin.send(new CreateBucketCommand({ Bucket: 'closed' }));
    const error = async () => {
      const storage = await openStorage({ s3: { bucket: 'closed', endpoint: strict } }, {});
      return String(
        await new ExternalStorageRunner(storage).store([payload('f')], { target }).catch((thrown: unknown) => thrown),
      );
    };
    const iam = async (query: string): Promise<string> => {
      const authorization =
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0';
      const body = new URLSearchParams(`${query}&UserName=poor&Version=2010-05-08`);
      return await (await fetch(strict, { method: 'POST', headers: { authorization }, body })).text();
    };
    await iam('Action=CreateUser');
    const keys = await iam('Action=CreateAccessKey');
    const tag = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(keys)?.[1];
    vi.stubEnv('AWS_ACCESS_KEY_ID', tag('AccessKeyId') ?? 'none');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', tag('SecretAccessKey') ?? 'none');
    expect(await error()).toMatch(
      /could not be stored in s3:\/\/closed at .*: HTTP 403: HeadObject on bucket "closed": these credentials may not do this: give them s3:GetObject/,
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  },
  90_000,
);

moto('S3: a swept value is still read until a later sweep removes its copy', async () => {
  const reference = await store('d');
  const own = storageDriver({ externalStorage: await openStorage(settings(), {}) })!.own!;
  const later = { scope: 'default', needed: new Set<string>(), beforeMs: Date.now() + 3_600_000, dryRun: false };
  await sweepStore(own, later);
  expect((await keys()).every((key) => key.endsWith('.swept'))).toBe(true);
  const read = async () => new ExternalStorageRunner(await openStorage(settings(), {})).retrieve([reference]);
  expect(await read()).toHaveLength(1);
  await sweepStore(own, later);
  expect(await keys()).toEqual([]);
  await expect(read()).rejects.toMatchObject({ type: 'ValueLost' });
});

test('S3: a storage that cannot be reached is reported with its address', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const away = `http://127.0.0.1:${await freePort()}`;
  const storage = await openStorage({ s3: { bucket: 'values', endpoint: away } }, {});
  await expect(new ExternalStorageRunner(storage).store([payload('e')], { target })).rejects.toThrow(
    `could not be stored in s3://values at ${away}: `,
  );
});

import { defaultPayloadConverter, type DataConverter } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openValues } from '../../src/values.js';

const { payloadConverter } = loadDataConverter((await openValues({ storage: false })) satisfies DataConverter);

test('payload converter: any JSON value has the same payload as with the default converter, and comes back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const payload = payloadConverter.toPayload(value);
      expect(payload).toEqual(defaultPayloadConverter.toPayload(value));
      expect(payloadConverter.fromPayload(payload)).toEqual(defaultPayloadConverter.fromPayload(payload));
    }),
  );
});

test.each([undefined, new Uint8Array([1, 2]), '\ufeffa', 'half \ud800', { a: undefined }])(
  'payload converter: %j has the same payload as with the default converter',
  (value) => {
    const payload = payloadConverter.toPayload(value);
    expect(payload).toEqual(defaultPayloadConverter.toPayload(value));
    expect(payloadConverter.fromPayload(payload)).toEqual(defaultPayloadConverter.fromPayload(payload));
  },
);

test('payload converter: a value that JSON cannot hold is refused as by the default converter', () => {
  expect(() => payloadConverter.toPayload(1n)).toThrow('Unable to convert 1 to payload');
});

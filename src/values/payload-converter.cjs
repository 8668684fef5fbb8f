// Temporal's default payload converter, with the platform's text encoder: the SDK's own is written in JavaScript and takes seven
// times as long, which a value of 50 MB turns into seconds. The bytes are the same. Temporal loads this file by its path
// (`payloadConverterPath`), in clients, in workers and in the package's bundle of Workflow code.
const {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  UndefinedPayloadConverter,
  ValueError,
} = require('@temporalio/common');

const encoder = new TextEncoder();
// As the SDK: a byte order mark is a part of the text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

class FastJsonPayloadConverter extends JsonPayloadConverter {
  toPayload(value) {
    const text = jsonText(value);
    // The metadata of the SDK, for a value of four bytes.
    return text === undefined ? super.toPayload(value) : { ...super.toPayload(null), data: encoder.encode(text) };
  }

  fromPayload({ data }) {
    if (data === undefined || data === null) throw new ValueError('expected a payload with data, got none');
    return JSON.parse(decoder.decode(data));
  }
}

/** `undefined` for a value that JSON does not have: the SDK then reports it. */
function jsonText(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

exports.payloadConverter = new CompositePayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new FastJsonPayloadConverter(),
);

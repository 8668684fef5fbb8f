// Temporal's default payload converter, with the platform's text encoder: the SDK's own is written in JavaScript and takes seven
// times as long, which a value of 50 MB turns into seconds. The bytes are the same. Temporal loads this file by its path
// (`payloadConverterPath`), in clients, in workers and in the package's bundle of Workflow code.
const {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  UndefinedPayloadConverter,
} = require('@temporalio/common/lib/converter/payload-converter');
// Only these files of the package, because short commands read no other ones of it.
const { ValueError } = require('@temporalio/common/lib/errors');

const encoder = new TextEncoder();
// As the SDK: a byte order mark is a part of the text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

class FastJsonPayloadConverter extends JsonPayloadConverter {
  toPayload(value) {
    const text = jsonText(value);
    if (text === undefined) return super.toPayload(value);
    // The metadata of the SDK, for a value of four bytes.
    return withReferences(value, text) ?? { ...super.toPayload(null), data: encoder.encode(text) };
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

// A value that contains references to stored values (domain/json/value-reference.ts) is JSON with a text for each, `baton:value:N:HASH`.
// The metadata has N, and the claims by hash. No other text of the value begins so, because N is chosen for that. The encoding is one
// that other readers of JSON do not know: they report it, and do not mistake a reference for a value.
const ENCODING = 'json/baton-references';
const CLAIM = Symbol.for('baton.valueReference');

class ValueReference {
  constructor(claim) {
    this[CLAIM] = claim;
  }

  toJSON() {
    return `baton:value:0:${this[CLAIM].hash}`;
  }
}

class ReferencesPayloadConverter {
  encodingType = ENCODING;

  toPayload() {
    return undefined;
  }

  fromPayload({ metadata, data }) {
    const mark = `baton:value:${decoder.decode(metadata['reference-mark'])}:`;
    const claims = new Map(JSON.parse(decoder.decode(metadata['references'])).map((claim) => [claim.hash, claim]));
    // For readers, values/references.ts has added the values.
    const valueOf = (hash) => {
      const opened = metadata[`opened:${hash}`];
      return opened === undefined ? new ValueReference(claims.get(hash)) : JSON.parse(decoder.decode(opened));
    };
    const restore = (part) => {
      if (typeof part === 'string') return part.startsWith(mark) ? valueOf(part.slice(mark.length)) : part;
      if (typeof part !== 'object' || part === null) return part;
      for (const [key, inner] of Object.entries(part)) {
        const value = restore(inner);
        if (value !== inner) Object.defineProperty(part, key, { value });
      }
      return part;
    };
    return restore(JSON.parse(decoder.decode(data)));
  }
}

/** `undefined` if the value contains no references. */
function withReferences(value, text) {
  if (!text.includes('"baton:value:0:')) return undefined;
  const claims = new Map();
  let count = 0;
  const write = (mark) =>
    JSON.stringify(value, function (key, part) {
      const claim = this[key]?.[CLAIM];
      if (claim === undefined) return part;
      claims.set(claim.hash, claim);
      count++;
      return `${mark}${claim.hash}`;
    });
  for (let number = 0; ; number++) {
    count = 0;
    const mark = `baton:value:${number}:`;
    const written = write(mark);
    if (count === 0) return undefined;
    if (written.split(mark).length !== count + 1) continue;
    return {
      metadata: {
        encoding: encoder.encode(ENCODING),
        'reference-mark': encoder.encode(String(number)),
        references: encoder.encode(JSON.stringify([...claims.values()])),
      },
      data: encoder.encode(written),
    };
  }
}

exports.payloadConverter = new CompositePayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new FastJsonPayloadConverter(),
  new ReferencesPayloadConverter(),
);

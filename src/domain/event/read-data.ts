// The body of a message as data: JSON if its content type or its text is JSON, else text, else bytes in base64.
import { BigNumberError, readJson } from '../json/read-json.js';
import { decodeText, EncodingError } from '../text/decode.js';
import { EventError } from './cloud-event.js';

/** The media type without its parameters, in lower case; empty if there is none. */
export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();

export const isJsonType = (type: string): boolean => type === 'application/json' || type.endsWith('+json');

/** Says nothing about the content: many producers send it with everything. */
const isUnspecific = (type: string): boolean => type === '' || type === 'application/octet-stream';

/** `undefined` for an empty body. Throws an EventError if the body is declared as JSON and is not. */
export function readData(body: Uint8Array, contentType: string | undefined): unknown {
  if (body.length === 0) return undefined;
  const type = mediaType(contentType);
  if (isJsonType(type)) return readDeclaredJson(body, contentType);
  const text = textOf(body, contentType);
  if (text === undefined) return toBase64(body);
  if (!isUnspecific(type)) return text;
  try {
    return readJson(text);
  } catch (error) {
    // JSON with a number that would change is kept as it is: as text.
    if (error instanceof SyntaxError || error instanceof BigNumberError) return text;
    throw error;
  }
}

/** Throws an EventError. */
export function readDeclaredJson(body: Uint8Array, contentType: string | undefined): unknown {
  try {
    return readJson(decodeText(body, charsetOf(contentType)));
  } catch (error) {
    const isFault = error instanceof SyntaxError || error instanceof BigNumberError || error instanceof EncodingError;
    if (!isFault) throw error;
    throw new EventError(`body: expected JSON, as its content type says, got an error: ${oneLine(error.message)}`);
  }
}

function textOf(body: Uint8Array, contentType: string | undefined): string | undefined {
  try {
    return decodeText(body, charsetOf(contentType));
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

const CHARSET = 'charset=';

function charsetOf(contentType: string | undefined): string | undefined {
  const parameter = (contentType ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.toLowerCase().startsWith(CHARSET));
  const name = parameter?.slice(CHARSET.length).replaceAll('"', '').trim();
  return name === '' ? undefined : name;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** The bytes that `String.fromCharCode` gets as arguments at a time: engines limit their number. */
const PIECE = 8_192;

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return btoa(pieces.join(''));
}

/** Throws an EventError. */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new EventError('data_base64: expected bytes in base64, got other text');
  }
}

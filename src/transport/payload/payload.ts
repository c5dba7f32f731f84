import { type FetchedRecord, PermanentError } from '../../pipeline/index.js';
import { inexactNumber } from './exact-json.js';
import { knownProblem } from './value-problems.js';

/** How a record's value is decoded. */
export type ValueFormat = 'auto' | 'json' | 'text' | 'bytes';

/** A value does not have the format that its handler declares. */
export class PayloadError extends PermanentError {
  override readonly code = 'PAYLOAD';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PayloadError';
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Replaces bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD';
const OBJECT = '{'.charCodeAt(0);
const ARRAY = '['.charCodeAt(0);

/**
 * Decodes a record's value like `decodeValue`; from its text, if the client can provide that without copying bytes.
 */
export function valueOf(record: Pick<FetchedRecord, 'value' | 'text'>, format: ValueFormat): unknown {
  const text = format === 'auto' ? record.text : undefined;
  if (typeof text !== 'string' || text.startsWith('\0') || text.includes(REPLACEMENT))
    return decodeValue(record.value as Buffer | null, format);
  return parsed(text);
}

/**
 * Decodes a value. A tombstone is `null` in every format.
 * @throws PayloadError if the value does not have the format; the message never quotes the value
 */
export function decodeValue(value: Buffer | null, format: ValueFormat): unknown {
  if (value === null) return null;
  switch (format) {
    case 'bytes':
      return value;
    case 'text':
      return decodeText(value);
    case 'json':
      return decodeJson(value);
    case 'auto':
      return decodeAuto(value);
  }
}

/**
 * Decodes a value by Nest's rules, which existing handlers rely on: JSON only if it is an object or an array, and bytes
 * if the first byte is zero, as in a schema registry's wire format. Unlike in Nest, bytes that are not UTF-8 stay bytes,
 * and JSON with a number that parsing would change stays text.
 */
export function decodeAuto(value: Buffer): unknown {
  if (value[0] === 0) return value;
  const text = value.toString('utf8');
  return isIntact(text, value) ? parsed(text) : value;
}

function parsed(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first !== OBJECT && first !== ARRAY) return text;
  try {
    const json: unknown = JSON.parse(text);
    return inexactNumber(text) ? text : json;
  } catch {
    return text;
  }
}

function decodeText(value: Buffer): string {
  const text = value.toString('utf8');
  if (!isIntact(text, value)) throw new PayloadError(`expected UTF-8 text, ${bytesThatAreNot(value)}`);
  return text;
}

function decodeJson(value: Buffer): unknown {
  const text = decodeText(value);
  const json = parseJson(text, value);
  const inexact = inexactNumber(text);
  if (!inexact) return json;
  throw new PayloadError(
    `expected JSON whose numbers fit JavaScript, got ${value.length} bytes with a number at position ` +
      `${inexact.position} that parsing would change: it has more digits than a double. Use value: 'text' and a ` +
      'parser that keeps such numbers, or have the producer write it as a string',
  );
}

function parseJson(text: string, value: Buffer): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PayloadError(`expected JSON, ${bytesThatAreNot(value, positionOf(error))}`);
  }
}

/** A description of the value, with cause and remedy if they are known. */
function bytesThatAreNot(value: Buffer, position = ''): string {
  const problem = knownProblem(value);
  return `got ${value.length} bytes that are not${position}${problem === undefined ? '' : `: ${problem}`}`;
}

/** Whether decoding lost no bytes. The value itself may contain a replacement character. */
function isIntact(text: string, value: Buffer): boolean {
  if (!text.includes(REPLACEMENT)) return true;
  try {
    strictUtf8.decode(value);
    return true;
  } catch {
    return false;
  }
}

/** Where parsing stopped. V8's message may quote the value, which must not get into a log. */
function positionOf(error: unknown): string {
  const found =
    error instanceof Error
      ? / in JSON at (position \d+(?: \(line \d+ column \d+\))?)$/.exec(error.message)
      : null;
  return found ? ` (at ${found[1]})` : '';
}

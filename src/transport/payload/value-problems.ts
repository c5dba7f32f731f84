import { inexactNumber, outsideStrings } from './exact-json.js';

/** A zero byte and a schema id, as written by the serializers of Confluent, Apicurio and Karapace. */
const REGISTRY_HEADER_BYTES = 5;
const NOT_A_NUMBER = /(?<![\w.$])-?(?:NaN|Infinity)(?![\w$])/;

/**
 * Recognizes a value that cannot be decoded, and says what to do about it.
 * @returns undefined if it is not recognized; never quotes the value
 */
export function knownProblem(value: Buffer): string | undefined {
  if (value.length === 0) return 'an empty value is not JSON; a deletion is a record whose value is null';
  if (value[0] === 0 && value.length > REGISTRY_HEADER_BYTES) {
    return (
      `they are in the wire format of a schema registry (a zero byte, then schema id ${value.readUInt32BE(1)}); ` +
      "use value: 'bytes' and the registry's deserializer"
    );
  }
  if (startsWith(value, 0x1f, 0x8b))
    return "they are in the format of gzip; use value: 'bytes' and unpack them in the handler";
  if (startsWith(value, 0xff, 0xfe) || startsWith(value, 0xfe, 0xff))
    return 'they begin with the byte order mark of UTF-16; have the producer write UTF-8';
  if (startsWith(value, 0xef, 0xbb, 0xbf)) {
    return (
      'they begin with a byte order mark, which JSON does not allow; have the producer leave it out, or use ' +
      "value: 'text' and remove it in the handler"
    );
  }
  return notANumber(value.toString('utf8'));
}

/**
 * The likely reason why a payload does not match its schema.
 * @returns undefined if none is known; never quotes the payload
 */
export function knownMismatch(payload: unknown): string | undefined {
  if (typeof payload === 'string') return textProblem(payload);
  if (Buffer.isBuffer(payload)) return leftAs('bytes', knownProblem(payload));
  const first: unknown = Array.isArray(payload) ? payload[0] : payload;
  if (!isCloudEvent(first)) return undefined;
  return 'it is a CloudEvent, whose content is in its field "data": let the schema describe the whole event';
}

function textProblem(text: string): string | undefined {
  const problem = text === '' ? undefined : knownProblem(Buffer.from(text));
  if (problem !== undefined) return leftAs('text', problem);
  return inexactJson(text)
    ? 'it was left as text, since parsing would change a number of it that has more digits than a double: have the producer write that as a string'
    : undefined;
}

function leftAs(kind: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `it was left as ${kind}: ${problem}`;
}

function inexactJson(text: string): boolean {
  try {
    JSON.parse(text);
    return inexactNumber(text) !== undefined;
  } catch {
    return false;
  }
}

/** NaN and Infinity, which Python's json module writes. */
function notANumber(json: string): string | undefined {
  for (const { from, text } of outsideStrings(json)) {
    const found = NOT_A_NUMBER.exec(text);
    if (found) {
      return (
        `${found[0]} at position ${from + found.index} is not a JSON value; have the producer write null or a ` +
        'string in its place'
      );
    }
  }
  return undefined;
}

function isCloudEvent(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['specversion', 'type', 'source', 'id'].every((name) => typeof Reflect.get(value, name) === 'string')
  );
}

function startsWith(value: Buffer, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => value[at] === byte);
}

import { ToolError } from '../tool-error.js';

/** The reviver of JSON.parse since Node 22, which also gets the source text of a number. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;

/**
 * Extracts a record's key from a line of JSON.
 * @throws ToolError `BAD_LINE` that names the line, if it is not a JSON object or the field is not a string or number
 */
export function keyOf(line: Buffer, field: string, lineNumber: number): string {
  const text = line.toString('utf8');
  const fields = object(text, lineNumber);
  const key = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof key === 'string') return key;
  if (typeof key === 'number') return Number.isSafeInteger(key) ? String(key) : asWritten(text, field, key);
  const found = key === undefined ? 'is missing' : `is ${JSON.stringify(key)}`;
  throw bad(lineNumber, `its field "${field}" ${found}; a key is a string or a number`);
}

function object(text: string, lineNumber: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw bad(lineNumber, `it is not JSON: ${excerpt(text)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw bad(lineNumber, `it is not a JSON object: ${excerpt(text)}`);
}

/** The number as it is written: a JavaScript number cannot represent every 64-bit id. */
function asWritten(text: string, field: string, value: number): string {
  let source = String(value);
  parse(text, function revive(key, revived, context) {
    // A nested field of the same name may have another number.
    if (key === field && revived === value && context.source !== undefined) source = context.source;
    return revived;
  });
  return source;
}

function bad(lineNumber: number, reason: string): ToolError {
  return new ToolError('BAD_LINE', `Line ${lineNumber} has no key: ${reason}`);
}

function excerpt(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text || '(empty)';
}

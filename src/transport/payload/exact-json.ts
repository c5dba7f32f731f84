/** Number of digits from which an integer may exceed a JavaScript number: 2^53 has 16. */
const LONG = 16;
const ZERO = 48;
const NINE = 57;
const LITERAL = /-?\d[\d.eE+-]*/g;
const INTEGER = /^-?\d+$/;
/** Characters before a number in JSON. Digits after any other character belong to a string or a fraction. */
const BEFORE_NUMBER = /[:,[\s]/;

/** An integer in JSON that `JSON.parse` would change without an error. */
export interface InexactNumber {
  /** Its position in the text, in characters. */
  readonly position: number;
  /** The number as written. */
  readonly literal: string;
}

/**
 * Finds the first integer in JSON that a JavaScript number cannot represent: it would become a different number, or
 * Infinity. Numbers with a fraction or an exponent do not count: every reader of doubles rounds them.
 * @param json must be valid
 */
export function inexactNumber(json: string): InexactNumber | undefined {
  return mayBeInexact(json) ? inexactNumbers(json).next().value : undefined;
}

/** All integers that a JavaScript number cannot represent, in order. */
export function* inexactNumbers(json: string): Generator<InexactNumber, undefined> {
  for (const { from, text } of outsideStrings(json)) {
    for (const { 0: literal, index } of text.matchAll(LITERAL)) {
      if (isChanged(literal)) yield { position: from + index, literal };
    }
  }
  return undefined;
}

/** Like `JSON.parse`, but returns integers that it would change as text. */
export function parseWithInexactAsText(json: string): unknown {
  const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;
  const plain = parse(json);
  if (!inexactNumber(json)) return plain;
  return parse(json, (_key, value, { source }) =>
    source !== undefined && isChanged(source) ? source : value,
  );
}

/** The parts of a JSON text that lie between its strings. The text need not be valid. */
export function* outsideStrings(json: string): Generator<{ from: number; text: string }> {
  for (let from = 0; from < json.length;) {
    const quote = json.indexOf('"', from);
    const end = quote === -1 ? json.length : quote;
    yield { from, text: json.slice(from, end) };
    from = quote === -1 ? end : endOfString(json, quote);
  }
}

/** JSON.parse's reviver as of Node 22: it also gets the text of a number. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * A cheap check before the exact one: false for nearly every value. It reads only every 16th character, since a run of
 * 16 digits includes one of these; and of the digits there, the characters 4 and 8 before or after are digits too.
 */
function mayBeInexact(json: string): boolean {
  for (let at = LONG - 1; at < json.length; at += LONG) {
    const code = json.charCodeAt(at);
    if (code < ZERO || code > NINE || !isInLongRun(json, at)) continue;
    const last = lastDigit(json, at);
    if (isLongInteger(json, at, last)) return true;
    // Each run of digits is checked once, however long it is.
    at = Math.max(at, last - LONG + 1);
  }
  return false;
}

/** Whether the characters around a digit may be digits of a run of 16. */
function isInLongRun(json: string, at: number): boolean {
  return (
    (isDigit(json.charCodeAt(at - 4)) && isDigit(json.charCodeAt(at - 8))) ||
    (isDigit(json.charCodeAt(at + 4)) && isDigit(json.charCodeAt(at + 8)))
  );
}

function lastDigit(json: string, at: number): number {
  let last = at;
  while (isDigit(json.charCodeAt(last + 1))) last++;
  return last;
}

/** Whether there are at least 16 digits at a position where a number may be. */
function isLongInteger(json: string, at: number, last: number): boolean {
  let first = at;
  while (first > 0 && isDigit(json.charCodeAt(first - 1))) first--;
  if (last - first + 1 < LONG) return false;
  const before = json[first - 1] === '-' ? first - 2 : first - 1;
  return before < 0 || BEFORE_NUMBER.test(json.charAt(before));
}

function isChanged(literal: string): boolean {
  const value = Number(literal);
  if (Number.isSafeInteger(value) || !INTEGER.test(literal)) return false;
  return !Number.isFinite(value) || (String(value) !== literal && BigInt(value) !== BigInt(literal));
}

/** The position after the string that begins at `quote`. */
function endOfString(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslash = end;
    while (json[backslash - 1] === '\\') backslash--;
    if ((end - backslash) % 2 === 0) return end + 1;
  }
  return json.length;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

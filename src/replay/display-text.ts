import { isUtf8 } from 'node:buffer';
import type { RawHeaders } from '../pipeline/index.js';
import { terminalLine } from '../text/terminal-safe.js';

const BASE64 = 'base64:';

/** Bytes as readable text: UTF-8 if they are valid, otherwise base64 with the prefix `base64:`. */
export function displayText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? buffer.toString('utf8') : BASE64 + buffer.toString('base64');
}

/** Headers as readable text; a header with several values appears once for each. */
export function displayHeaders(headers: RawHeaders): { name: string; value: string | null }[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((each) => ({ name, value: displayHeader(each) }));
  });
}

function displayHeader(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? displayText(value) : null;
}

/**
 * Whether a key is the typed one. It may be typed unchanged, or as a table shows it, with control characters escaped.
 */
export function isDisplayedAs(key: string | null, typed: string | null): boolean {
  return key === typed || (key !== null && terminalLine(key) === typed);
}

/** A time in ms since the epoch as ISO 8601; null if undefined. */
export function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** A record's position in the form that all messages use. */
export function positionText(at: { topic: string; partition: number; offset: string }): string {
  return `${at.topic}[${at.partition}] at offset ${at.offset}`;
}

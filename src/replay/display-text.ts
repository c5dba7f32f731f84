import { isUtf8 } from 'node:buffer';
import { terminalLine } from '../text/terminal-safe.js';

const BASE64 = 'base64:';

/** Bytes as a person reads them: UTF-8 text, or base64 that says so. */
export function displayText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? buffer.toString('utf8') : BASE64 + buffer.toString('base64');
}

/** Whether a key is the one that an operator has typed: as it is, or as a table shows its control characters. */
export function isDisplayedAs(key: string | null, typed: string | null): boolean {
  return key === typed || (key !== null && terminalLine(key) === typed);
}

/** A time in ms since the epoch as ISO 8601; null for none. */
export function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** A position as every message names it. */
export function positionText(at: { topic: string; partition: number; offset: string }): string {
  return `${at.topic}[${at.partition}] at offset ${at.offset}`;
}

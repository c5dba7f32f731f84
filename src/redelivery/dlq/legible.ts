import { isUtf8 } from 'node:buffer';

const BASE64 = 'base64:';

/** Bytes as a person reads them: UTF-8 text, or base64 that says so. */
export function legible(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? buffer.toString('utf8') : BASE64 + buffer.toString('base64');
}

/** A position as every message names it. */
export function positionText(at: { topic: string; partition: number; offset: string }): string {
  return `${at.topic}[${at.partition}] at offset ${at.offset}`;
}

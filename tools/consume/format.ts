import { displayHeaders, displayText } from '../../src/replay/display-text.js';
import { terminalJson, terminalLine } from '../../src/text/terminal-safe.js';
import type { ReadRecord } from './read-topic.js';

/** The latest time that a Date can hold, in ms since the epoch. */
const MAX_TIME_MS = 8.64e15;

/** A record as text of several lines, safe for a terminal. */
export function formatRecord(read: ReadRecord): string {
  const { topic, partition, offset, timestamp, key, headers, value } = toJson(read);
  return [
    `${topic}[${partition}] at offset ${offset}, ${timestamp ?? 'no time'}`,
    `  key     ${textOrNull(key)}`,
    ...headers.map((header) => `  header  ${terminalLine(header.name)}: ${textOrNull(header.value)}`),
    `  value   ${textOrNull(value)}`,
  ].join('\n');
}

/** A record as one line of JSON, safe for a terminal. */
export function formatJson(read: ReadRecord): string {
  return terminalJson(JSON.stringify(toJson(read)));
}

function toJson({ topic, partition, record }: ReadRecord) {
  return {
    topic,
    partition,
    offset: record.offset,
    timestamp: isoTimestamp(record.timestamp),
    key: displayText(record.key),
    headers: displayHeaders(record.headers ?? {}),
    value: displayText(record.value),
  };
}

function textOrNull(text: string | null): string {
  return text === null ? '(null)' : terminalLine(text);
}

/** A record without a timestamp has -1. */
function isoTimestamp(timestamp: string): string | null {
  const ms = Number(timestamp);
  return ms >= 0 && ms <= MAX_TIME_MS ? new Date(ms).toISOString() : null;
}

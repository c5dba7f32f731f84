import type { DeadLetter } from '../../redelivery/index.js';
import { terminalLine } from '../../text/terminal-safe.js';
import { displayHeaders, displayText, isoTime } from '../display-text.js';
import { indented } from './output.js';

/** All properties of a failed record; its value only with `payload`. */
export function describeFailure(failed: DeadLetter, payload: boolean) {
  return {
    topic: failed.topic,
    partition: failed.partition,
    offset: failed.offset,
    key: displayText(failed.key),
    originalTopic: failed.originalTopic ?? null,
    originalPartition: failed.originalPartition ?? null,
    originalOffset: failed.originalOffset ?? null,
    group: failed.group ?? null,
    reason: failed.reason,
    message: failed.message ?? null,
    attempts: failed.attempts ?? null,
    failedAt: isoTime(failed.failedAt),
    replays: failed.replays,
    truncated: failed.cut.map(({ part, fromBytes }) => `${part} from ${fromBytes} bytes`).join(', ') || null,
    valueBytes: failed.value?.length ?? null,
    headers: displayHeaders(failed.headers),
    ...(payload ? { value: displayText(failed.value) } : {}),
    stack: failed.stack ?? null,
  };
}

/** One line for each field, then the headers and the stack. */
export function failureText({ headers, stack, ...fields }: ReturnType<typeof describeFailure>): string {
  const entries: [string, string | number | boolean | null | undefined][] = Object.entries(fields);
  const width = Math.max(...entries.map(([name]) => name.length));
  return [
    ...entries.map(
      ([name, value]) => `${name.padEnd(width)}  ${indented(String(value ?? '(null)'), width + 2)}`,
    ),
    `headers${headers.length === 0 ? '  (none)' : ''}`,
    ...headers.map(({ name, value }) => `  ${terminalLine(name)}: ${indented(value ?? '(null)', 4)}`),
    'stack',
    ...(stack ?? '(none)').split('\n').map((line) => `  ${line}`),
  ].join('\n');
}

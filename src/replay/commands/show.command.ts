import type { Command } from 'commander';
import { type RawHeaders, toOffset } from '../../pipeline/index.js';
import { terminalLine } from '../../text/terminal-safe.js';
import { offset as offsetOption, wholeNumber } from './arguments.js';
import { deadLetterAt, type LoggedDeadLetter } from '../reading/dead-letter-log.js';
import { DlqError } from '../errors.js';
import { isoTime, displayText, positionText } from '../display-text.js';
import { indented, print } from './output.js';
import { type ModuleLoader, withSession } from './session.js';

interface Options {
  readonly payload?: true;
  readonly json?: true;
}

/** `dlq show`: one dead letter, with everything that is known of it. */
export function addShowCommand(dlq: Command, loadModule: ModuleLoader): void {
  dlq
    .command('show')
    .description('shows a dead letter: where it came from, why it failed, its headers')
    .argument('<topic>', 'a topic or its dead-letter topic')
    .argument('<partition>', 'of the dead-letter topic', wholeNumber(0, 2_147_483_647))
    .argument('<offset>', 'of the dead-letter topic', offsetOption)
    .option('--payload', 'the value as well')
    .option('--json', 'JSON on stdout')
    .action((name: string, partition: number, offset: string, options: Options) =>
      withSession(loadModule, async ({ reader, topics }) => {
        const { topic } = topics.one(name);
        const found = await deadLetterAt(reader, topic, partition, toOffset(offset));
        const position = positionText({ topic, partition, offset });
        if (!found) throw new DlqError(`there is no dead letter in ${position}`);
        if ('replayedTo' in found) {
          const original = positionText({ topic, partition, offset: found.replayedOffset });
          throw new DlqError(`${position} is a mark: ${original} was sent to ${found.replayedTo}`);
        }
        const shown = describe(found, options.payload === true);
        print(shown, options.json === true, () => inWords(shown));
      }),
    );
}

function describe({ deadLetter, replayed }: LoggedDeadLetter, payload: boolean) {
  return {
    topic: deadLetter.topic,
    partition: deadLetter.partition,
    offset: deadLetter.offset,
    key: displayText(deadLetter.key),
    originalTopic: deadLetter.originalTopic ?? null,
    originalPartition: deadLetter.originalPartition ?? null,
    originalOffset: deadLetter.originalOffset ?? null,
    group: deadLetter.group ?? null,
    reason: deadLetter.reason,
    message: deadLetter.message ?? null,
    attempts: deadLetter.attempts ?? null,
    failedAt: isoTime(deadLetter.failedAt),
    replays: deadLetter.replays,
    replayed,
    truncated:
      deadLetter.cut.map(({ part, fromBytes }) => `${part} from ${fromBytes} bytes`).join(', ') || null,
    valueBytes: deadLetter.value?.length ?? null,
    headers: displayHeaders(deadLetter.headers),
    ...(payload ? { value: displayText(deadLetter.value) } : {}),
    stack: deadLetter.stack ?? null,
  };
}

function displayHeaders(headers: RawHeaders): { name: string; value: string | null }[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((each) => ({ name, value: displayHeader(each) }));
  });
}

function displayHeader(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? displayText(value) : null;
}

/** A line for each thing that is known; the stack, which has lines of its own, last. */
function inWords({ headers, stack, ...fields }: ReturnType<typeof describe>): string {
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

import type { Command } from 'commander';
import { duration, wholeNumber } from './arguments.js';
import type { Filter } from '../reading/filter.js';
import { type ListedRecord, selectDeadLetters, toListed } from '../reading/listing.js';
import { counted, print, table } from './output.js';
import { type SessionSource, type Session, withSession } from './session.js';
import { DeadLetterCounter, type DeadLetterCount } from '../reading/dead-letter-counter.js';
import type { SelectedTopic } from '../reading/dead-letter-topics.js';

interface Options {
  readonly reason?: string;
  readonly since?: number;
  readonly key?: string;
  readonly records?: true;
  readonly limit: number;
  readonly json?: true;
}

/** `dlq list`: counts or lists dead letters. */
export function addListCommand(dlq: Command, source: SessionSource): void {
  dlq
    .command('list')
    .description('counts dead letters by topic, reason and hour, or lists them')
    .argument('[topic]', 'a topic or its dead-letter topic; default: all dead-letter topics')
    .option('--reason <class>', 'only those whose error has this class')
    .option('--since <duration>', 'only those stored within this time, such as 1h', duration)
    .option('--key <key>', 'only those with this key')
    .option('--records', 'list the records one by one')
    .option('--limit <number>', 'maximum number of records to list', wholeNumber(1), 1_000)
    .option('--json', 'print JSON')
    .action((topic: string | undefined, options: Options) =>
      withSession(source, async (session) => {
        const selected = topic === undefined ? session.topics.all() : session.topics.of(topic);
        if (options.records) await listRecords(session, selected, options);
        else await listCounts(session, selected, options);
      }),
    );
}

async function listCounts(
  session: Session,
  selected: readonly SelectedTopic[],
  options: Options,
): Promise<void> {
  const counter = new DeadLetterCounter();
  for await (const logged of selectDeadLetters(session, selected, filterOf(options))) counter.add(logged);
  const groups = counter.list();
  const deadLetters = sum(groups, ({ deadLetters: count }) => count);
  const replayed = sum(groups, ({ replayed: count }) => count);
  print({ deadLetters, replayed, groups }, options.json === true, () => {
    if (deadLetters === 0) return 'No dead letters.';
    const rows = groups.map((group) => [
      group.topic,
      group.originalTopic ?? '',
      group.reason,
      group.hour ?? 'unknown',
      group.deadLetters,
      group.replayed,
    ]);
    const head = ['dead-letter topic', 'original topic', 'reason', 'hour', 'dead letters', 'replayed'];
    return `${table(head, rows)}\n${counted(deadLetters, 'dead letter')}, ${replayed} of them already replayed.`;
  });
}

async function listRecords(
  session: Session,
  selected: readonly SelectedTopic[],
  options: Options,
): Promise<void> {
  const records: ListedRecord[] = [];
  let total = 0;
  for await (const { deadLetter, replayed } of selectDeadLetters(session, selected, filterOf(options))) {
    if (total++ < options.limit) records.push(toListed(deadLetter, replayed));
  }
  print({ total, records }, options.json === true, () => {
    if (total === 0) return 'No dead letters.';
    const rows = records.map((record) => [
      `${record.topic} ${record.partition} ${record.offset}`,
      record.key ?? '(null)',
      record.reason,
      record.failedAt ?? 'unknown',
      record.replays,
      record.replayed ? 'yes' : 'no',
    ]);
    const rest = total - records.length;
    const more = rest === 0 ? '' : `\n${counted(rest, 'more', 'more')}; raise --limit to see them.`;
    return `${table(['topic partition offset', 'key', 'reason', 'failed at', 'replays', 'replayed'], rows)}${more}`;
  });
}

function filterOf({ reason, key, since }: Options): Filter {
  return { reason, key, since: since && Date.now() - since };
}

function sum(groups: readonly DeadLetterCount[], of: (group: DeadLetterCount) => number): number {
  return groups.reduce((total, group) => total + of(group), 0);
}

import type { Command } from 'commander';
import { confirmed } from './confirm.js';
import { DlqError } from '../errors.js';
import { counted, print, table } from './output.js';
import { planPurge, purge, type PurgeReport } from '../purge.js';
import { type SessionSource, withSession } from './session.js';

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `dlq purge`: deletes dead letters that were replayed. */
export function addPurgeCommand(dlq: Command, source: SessionSource): void {
  dlq
    .command('purge')
    .description('deletes replayed dead letters, up to the first one of each partition that was not replayed')
    .argument('<topic>', 'a topic or its dead-letter topic')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print JSON')
    .action((name: string, { yes = false, json = false }: Options) =>
      withSession(source, async ({ reader, topics, port }) => {
        const { topic } = topics.one(name);
        if (!process.stdin.isTTY) await confirmed('', yes);
        const report = await planPurge(reader, topic);
        const question = `Delete ${counted(deletedOf(report), 'replayed dead letter')} of ${topic} for good?`;
        if (!(await confirmed(question, yes))) throw new DlqError('nothing was deleted');
        await purge(port, report);
        print(report, json, () => reportText(report));
      }),
    );
}

function deletedOf({ partitions }: PurgeReport): number {
  return partitions.reduce((sum, { deleted }) => sum + deleted, 0);
}

function reportText(report: PurgeReport): string {
  const { partitions, deadLetterTopic } = report;
  const deleted = `${counted(deletedOf(report), 'replayed dead letter')} of ${deadLetterTopic} deleted.`;
  if (partitions.length === 0) return deleted;
  const rows = partitions.map((each) => [
    each.partition,
    each.before,
    each.deleted,
    each.replayedThatStay,
    each.waiting,
  ]);
  return [
    table(['partition', 'new start offset', 'deleted', 'replayed but kept', 'not replayed'], rows),
    deleted,
    ...(partitions.some(({ replayedThatStay }) => replayedThatStay > 0)
      ? [
          'Kafka deletes only from the start of a partition: replayed dead letters behind one that was not replayed are kept.',
        ]
      : []),
  ].join('\n');
}

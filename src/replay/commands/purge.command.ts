import type { Command } from 'commander';
import { confirmed } from './confirm.js';
import { DlqError } from '../errors.js';
import { counted, print, table } from './output.js';
import { planPurge, purge, type PurgeReport } from '../purge.js';
import { type ModuleLoader, withSession } from './session.js';

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `dlq purge`: deletes dead letters that were replayed. */
export function addPurgeCommand(dlq: Command, loadModule: ModuleLoader): void {
  dlq
    .command('purge')
    .description('deletes dead letters that were replayed, up to the first of each partition that was not')
    .argument('<topic>', 'a topic or its dead-letter topic')
    .option('--yes', 'do not ask')
    .option('--json', 'JSON on stdout')
    .action((name: string, { yes = false, json = false }: Options) =>
      withSession(loadModule, async ({ reader, topics, port }) => {
        const { topic } = topics.one(name);
        if (!process.stdin.isTTY) await confirmed('', yes);
        const report = await planPurge(reader, topic);
        const question = `Delete ${counted(deletedOf(report), 'replayed dead letter')} of ${topic} for good?`;
        if (!(await confirmed(question, yes))) throw new DlqError('nothing was deleted');
        await purge(port, report);
        print(report, json, () => inWords(report));
      }),
    );
}

function deletedOf({ partitions }: PurgeReport): number {
  return partitions.reduce((sum, { deleted }) => sum + deleted, 0);
}

function inWords(report: PurgeReport): string {
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
    table(['partition', 'now begins at', 'deleted', 'replayed, but stay', 'not replayed'], rows),
    deleted,
    ...(partitions.some(({ replayedThatStay }) => replayedThatStay > 0)
      ? [
          'Kafka deletes from the beginning only: what was replayed behind one that was not, stays until that is.',
        ]
      : []),
  ].join('\n');
}

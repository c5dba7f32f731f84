import type { Command } from 'commander';
import { requestRelease } from '../../redelivery/index.js';
import { DlqError, UsageError } from '../errors.js';
import { counted, print, table } from './output.js';
import { ofKey, parkedKeys, recordsOf, type ShownParkedKey, toShown } from '../reading/parked.js';
import { type ModuleLoader, type Session, withSession } from './session.js';

interface Options {
  readonly topic?: string;
  readonly keyless?: true;
  readonly json?: true;
}

/** `dlq parked`: keys that stand still because one of their records can't be handled. */
export function addParkedCommands(dlq: Command, loadModule: ModuleLoader): void {
  const parked = dlq.command('parked').description('looks at keys that are parked, and lets them go');
  parked
    .command('list')
    .description('lists the keys that are parked, with how many records, since when and why')
    .option('--topic <name>', 'of this topic alone')
    .option('--json', 'JSON on stdout')
    .action(({ topic, json }: Options) =>
      withSession(loadModule, async ({ reader, topics }) => {
        const keys = (await parkedKeys(reader, topics.parking(topic))).map(toShown);
        print(keys, json === true, () => inWords(keys));
      }),
    );
  parked
    .command('release')
    .description('lets a key go: the service that owns it handles its records, oldest first')
    .argument('[key]', 'the key, as list shows it')
    .option('--keyless', 'the records without a key instead')
    .option('--topic <name>', 'of this topic alone')
    .option('--json', 'JSON on stdout')
    .action((key: string | undefined, options: Options) => {
      if ((key === undefined) !== (options.keyless === true))
        throw new UsageError('name one key, or give --keyless');
      return withSession(loadModule, (session) => release(session, key ?? null, options));
    });
}

async function release(session: Session, key: string | null, { topic, json }: Options): Promise<void> {
  const found = ofKey(await parkedKeys(session.reader, session.topics.parking(topic)), key);
  if (found.length === 0)
    throw new DlqError(`no records ${key === null ? 'without a key' : `of key ${key}`} are parked`);
  const producer = session.port.producer();
  try {
    await requestRelease(producer, found);
  } finally {
    await producer.disconnect();
  }
  print(found.map(toShown), json === true, () =>
    [
      `Asked for the release of ${counted(recordsOf(found), 'record')}. A service that is running handles them within a second or two, oldest`,
      'first; `dlq parked list` shows what is left. A record that fails again stays, and so does the rest of its key.',
    ].join('\n'),
  );
}

function inWords(keys: readonly ShownParkedKey[]): string {
  if (keys.length === 0) return 'Nothing is parked.';
  const rows = keys.map((each) => [
    each.topic,
    each.partition,
    each.key ?? '(no key)',
    each.records,
    each.oldestOffset ?? '',
    each.since ?? '',
    `${each.reason ?? 'unknown'}: ${each.message ?? ''}`,
    each.releasing ? 'yes' : 'no',
  ]);
  return table(['parked in', 'partition', 'key', 'records', 'oldest', 'since', 'why', 'releasing'], rows);
}

import type { Command } from 'commander';
import { type DeadLetter, readParkedRecords, requestRelease } from '../../redelivery/index.js';
import { DlqError, UsageError } from '../errors.js';
import { describeFailure, failureText } from './failure-text.js';
import { counted, print, table } from './output.js';
import { ofKey, parkedKeys, recordsOf, type ShownParkedKey, toShown } from '../reading/parked.js';
import { type SessionSource, type Session, withSession } from './session.js';

interface ListOptions {
  readonly topic?: string;
  readonly json?: true;
}

interface KeyOptions extends ListOptions {
  readonly keyless?: true;
}

interface ShowOptions extends KeyOptions {
  readonly payload?: true;
}

/** `dlq parked`: lists, shows and releases parked keys. */
export function addParkedCommands(dlq: Command, source: SessionSource): void {
  const parked = dlq.command('parked').description('lists, shows and releases parked keys');
  parked
    .command('list')
    .description('lists the parked keys: how many records, since when and why')
    .option('--topic <name>', 'only of this topic or parking topic')
    .option('--json', 'print JSON')
    .action(({ topic, json }: ListOptions) =>
      withSession(source, async ({ reader, topics }) => {
        const keys = (await parkedKeys(reader, topics.parking(topic))).map(toShown);
        print(keys, json === true, () => listText(keys));
      }),
    );
  withKey(parked.command('show'))
    .description('shows the parked records of a key, oldest first: origin, error, headers')
    .option('--payload', 'show the values too')
    .action((key: string | undefined, options: ShowOptions) => {
      requireOneKey(key, options);
      return withSession(source, (session) => show(session, key ?? null, options));
    });
  withKey(parked.command('release'))
    .description('releases a key: the service that owns it handles its parked records, oldest first')
    .action((key: string | undefined, options: KeyOptions) => {
      requireOneKey(key, options);
      return withSession(source, (session) => release(session, key ?? null, options));
    });
}

function withKey(command: Command): Command {
  return command
    .argument('[key]', 'the key, as list shows it')
    .option('--keyless', 'the records without a key instead')
    .option('--topic <name>', 'only of this topic or parking topic')
    .option('--json', 'print JSON');
}

function requireOneKey(key: string | undefined, { keyless }: KeyOptions): void {
  if ((key === undefined) !== (keyless === true)) throw new UsageError('name one key, or give --keyless');
}

async function show(session: Session, key: string | null, options: ShowOptions): Promise<void> {
  const records: DeadLetter[] = [];
  for (const each of await find(session, key, options)) {
    records.push(...(await readParkedRecords(session.reader, each)));
  }
  const shown = records.map((record) => describeFailure(record, options.payload === true));
  print(shown, options.json === true, () => shown.map(failureText).join('\n\n'));
}

async function release(session: Session, key: string | null, options: KeyOptions): Promise<void> {
  const found = await find(session, key, options);
  const producer = session.port.producer();
  try {
    await requestRelease(producer, found);
  } finally {
    await producer.disconnect();
  }
  print(found.map(toShown), options.json === true, () =>
    [
      `Requested the release of ${counted(recordsOf(found), 'record')}. A running service handles them within a second or two, oldest`,
      'first; `dlq parked list` shows what is left. A record that fails again stays parked with the rest of its key.',
    ].join('\n'),
  );
}

async function find({ reader, topics }: Session, key: string | null, { topic }: KeyOptions) {
  const found = ofKey(await parkedKeys(reader, topics.parking(topic)), key);
  if (found.length > 0) return found;
  throw new DlqError(`no records ${key === null ? 'without a key' : `of key ${key}`} are parked`);
}

function listText(keys: readonly ShownParkedKey[]): string {
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
  return table(
    ['parking topic', 'partition', 'key', 'records', 'oldest offset', 'since', 'error', 'releasing'],
    rows,
  );
}

import type { Command } from 'commander';
import { duration, rate, wholeNumber } from './arguments.js';
import { confirmed } from './confirm.js';
import { deadLettersOf } from '../reading/dead-letter-log.js';
import { DryRun } from '../planning/dry-run.js';
import { DlqError } from '../errors.js';
import { type Filter, matches } from '../reading/filter.js';
import { counted, print } from './output.js';
import { RateLimiter } from '../rate-limiter.js';
import { ReplayPlanner } from '../planning/planner.js';
import { progress } from './progress.js';
import { Replay } from '../replay.js';
import { formatDryRunReport, formatReplayReport } from './report-text.js';
import { type SessionSource, type Session, withSession } from './session.js';
import { loadTransform } from '../planning/transform.js';

interface Options {
  readonly reason?: string;
  readonly since?: number;
  readonly key?: string;
  readonly to?: string;
  readonly dryRun?: true;
  readonly limit?: number;
  readonly rate?: number;
  readonly maxReplays: number;
  readonly transform?: string;
  readonly anyGroup?: true;
  readonly payload?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `dlq replay`: sends dead letters back to their original topics. */
export function addReplayCommand(dlq: Command, source: SessionSource): void {
  dlq
    .command('replay')
    .description('sends dead letters back to their original topic')
    .argument('<topic>', 'a topic or its dead-letter topic')
    .option('--reason <class>', 'only those whose error has this class')
    .option('--since <duration>', 'only those stored within this time, such as 1h', duration)
    .option('--key <key>', 'only those with this key')
    .option('--to <topic>', 'send them to this topic instead')
    .option('--any-group', 'also those of groups for which this version has no handler')
    .option('--dry-run', "send nothing; check the records against the handlers' formats and schemas")
    .option('--limit <number>', 'maximum number of records to send', wholeNumber(1))
    .option('--rate <number/s>', 'maximum number of records per second', rate)
    .option('--max-replays <number>', 'skip records that were replayed this often', wholeNumber(1), 3)
    .option('--transform <file>', 'ES module that changes each record, or skips it by returning null')
    .option('--payload', 'show values in the samples of a dry run')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print JSON')
    .action((topic: string, options: Options) =>
      withSession(source, (session) => replay(session, topic, options)),
    );
}

async function replay(session: Session, name: string, options: Options): Promise<void> {
  const { reader, topics, handlers, signal, port } = session;
  const { topic, originalTopic } = topics.one(name);
  const { reason, key, since, to, maxReplays, limit = Infinity } = options;
  if (to !== undefined && !topics.exists(to)) throw new DlqError(`--to ${to}: there is no such topic`);
  const filter: Filter = { originalTopic, reason, key, since: since && Date.now() - since };
  const transform = options.transform === undefined ? undefined : await loadTransform(options.transform);
  const planner = new ReplayPlanner(reader, {
    filter,
    to,
    maxReplays,
    transform,
    mayReplayTo: (goal, group) => options.anyGroup === true || handlers.handles(goal, group),
  });
  const json = options.json === true;

  if (options.dryRun) {
    const bar = progress('checking', json ? 0 : await countSelected(session, topic, filter, limit));
    const run = new DryRun(reader, planner, handlers, {
      limit,
      signal,
      payload: options.payload === true,
      progressed: bar.update,
    });
    const report = await run.run(topic).finally(bar.end);
    return print(report, json, () => formatDryRunReport(report));
  }

  // Fail before counting if confirmation is impossible.
  if (!process.stdin.isTTY) await confirmed('', options.yes === true);
  const selected = await countSelected(session, topic, filter, limit);
  const question = `Send ${counted(selected, 'dead letter')} of ${topic} to ${to ?? 'their original topics'}?`;
  if (!(await confirmed(question, options.yes === true))) throw new DlqError('nothing was sent');
  const producer = port.transactional(`dlq-replay-${topic}`);
  const bar = progress('replaying', json ? 0 : selected);
  try {
    const rateLimiter = new RateLimiter(options.rate);
    const run = new Replay(reader, producer, planner, { limit, rateLimiter, signal, progressed: bar.update });
    const report = await run.run(topic).finally(bar.end);
    print(report, json, () => formatReplayReport(report));
  } finally {
    await producer.disconnect();
  }
}

/** Number of dead letters that the filter selects; some of them may be skipped later. */
async function countSelected(
  { reader }: Session,
  topic: string,
  filter: Filter,
  limit: number,
): Promise<number> {
  let count = 0;
  for await (const { deadLetter, replayed } of deadLettersOf(reader, topic)) {
    if (count >= limit) break;
    if (!replayed && matches(deadLetter, filter)) count++;
  }
  return count;
}

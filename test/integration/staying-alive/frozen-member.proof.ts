import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import {
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { Ledger, type LedgerEntry, Worker } from '../../support/worker.js';
import { describeGroup } from '../stopping/group.js';

const RECORDS = 1_200;
const SESSION_MS = 6_000;
const env = {
  KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
  KAFKA_HEARTBEAT_INTERVAL_MS: '500',
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '100',
};

interface Way {
  readonly name: string;
  readonly handler: KafkaHandlerOptions;
  readonly manual: boolean;
}

const WAYS: readonly Way[] = [
  { name: 'automatically', handler: { commit: 'auto', order: 'partition' }, manual: false },
  { name: 'by hand', handler: { commit: 'manual' }, manual: true },
];

interface Outcome {
  /** Every change of the committed offset, by partition. */
  readonly history: ReadonlyMap<number, readonly bigint[]>;
  readonly entries: readonly LedgerEntry[];
  readonly membersAfter: number;
}

const workers: Worker[] = [];
const outcomes = new Map<string, Outcome>();

/** Records the group's committed offsets until it is stopped. */
async function follow(groupId: string, topic: string, over: AbortSignal): Promise<Map<number, bigint[]>> {
  const history = new Map<number, bigint[]>([
    [0, [0n]],
    [1, [0n]],
  ]);
  while (!over.aborted) {
    for (const [partition, offset] of await committedOffsets(groupId, topic)) {
      const seen = history.get(partition);
      if (seen?.at(-1) !== offset) seen?.push(offset);
    }
    await sleep(15);
  }
  return history;
}

async function freezeInTheMiddle({ name, handler, manual }: Way): Promise<void> {
  const topic = await createTopic(uniqueName('frozen'), { partitions: 2 });
  await produce(
    topic,
    Array.from({ length: RECORDS }, (_, n) => ({ value: `${n}`, partition: n % 2 })),
  );
  const groupId = uniqueName('group');
  const ledger = new Ledger();
  const options = { topic, groupId, ledger, handler, manual, delayMs: 10, env };
  const [frozen, other] = [new Worker(options), new Worker(options)];
  workers.push(frozen, other);
  const over = new AbortController();
  const following = follow(groupId, topic, over.signal);

  const activeCalls = (): number =>
    new Set(
      ledger
        .entries('done')
        .slice(-20)
        .map(({ pid }) => pid),
    ).size;
  await waitFor(() => activeCalls() === 2, {
    what: 'both members to handle records',
    timeoutMs: 40_000,
    everyMs: 20,
  });
  frozen.signal('SIGSTOP');
  const isAlone = async (): Promise<boolean> => (await describeGroup(groupId)).members === 1;
  await waitFor(isAlone, { what: 'the group to shut it out', timeoutMs: 30_000 });
  const takenOver = ledger.entries().length + 20;
  await waitFor(() => ledger.entries().length > takenOver, { what: 'the other member to take over' });
  frozen.signal('SIGCONT');

  await waitFor(() => isCaughtUp(groupId, topic), { what: 'all to be committed', timeoutMs: 60_000 });
  await waitFor(async () => (await describeGroup(groupId)).members === 2, { what: 'it to join again' });
  over.abort();
  outcomes.set(name, {
    history: await following,
    entries: ledger.entries(),
    membersAfter: (await describeGroup(groupId)).members,
  });
}

beforeAll(async () => {
  await Promise.all(WAYS.map(freezeInTheMiddle));
}, 240_000);
afterAll(() => Promise.all(workers.map((worker) => worker.kill())));

describe.each(WAYS)('a member that commits $name, frozen for longer than the session timeout', ({ name }) => {
  const outcome = (): Outcome => {
    const found = outcomes.get(name);
    if (!found) throw new Error('nobody was frozen');
    return found;
  };

  test('a frozen member commits nothing stale when it resumes: no committed offset ever decreases', () => {
    for (const offsets of outcome().history.values()) {
      expect(offsets.length).toBeGreaterThan(3);
      expect(offsets).toEqual(offsets.toSorted((a, b) => Number(a - b)));
    }
  });

  test('a frozen member loses no record', () => {
    const done = outcome().entries.filter(({ event }) => event === 'done');
    expect(new Set(done.map(({ value }) => value)).size).toBe(RECORDS);
  });

  test('a frozen member rejoins by itself', () => {
    expect(outcome().membersAfter).toBe(2);
  });
});

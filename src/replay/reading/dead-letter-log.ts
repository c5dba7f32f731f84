import { compareOffsets, type Offset } from '../../pipeline/index.js';
import type { PartitionBounds, PartitionReader } from '../../client/index.js';
import {
  type DeadLetter,
  type ReplayReceipt,
  toDeadLetter,
  toReplayReceipt,
} from '../../redelivery/index.js';

/** A dead letter, and whether it was sent back already. */
export interface LoggedDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly replayed: boolean;
}

/**
 * One partition of a dead-letter topic, as far as it reached when it was opened. Which dead letters were sent
 * back is told by the marks behind them: both were written in one transaction, and only committed records are
 * read, so there is no mark without its replay, nor a replay without its mark.
 */
export class DeadLetterPartition {
  /** Offsets, each with when the dead letter failed where its receipt says so. */
  readonly #replayed = new Set<string>();

  private constructor(
    private readonly reader: PartitionReader,
    readonly topic: string,
    readonly bounds: PartitionBounds,
  ) {}

  /** Reads the marks of a partition. */
  static async open(
    reader: PartitionReader,
    topic: string,
    bounds: PartitionBounds,
  ): Promise<DeadLetterPartition> {
    const opened = new DeadLetterPartition(reader, topic, bounds);
    const { partition, start, end } = bounds;
    for await (const record of reader.read(topic, partition, start, end)) {
      const receipt = toReplayReceipt({ topic, partition }, record);
      if (receipt) opened.#replayed.add(idOf(receipt.replayedOffset, receipt.replayedFailedAt));
    }
    return opened;
  }

  /** Its dead letters, in order. */
  async *deadLetters(): AsyncGenerator<LoggedDeadLetter> {
    const { partition, start, end } = this.bounds;
    for await (const record of this.reader.read(this.topic, partition, start, end)) {
      if (toReplayReceipt({ topic: this.topic, partition }, record)) continue;
      const deadLetter = toDeadLetter(this.topic, partition, record);
      yield { deadLetter, replayed: this.#isReplayed(deadLetter) };
    }
  }

  /**
   * An offset alone is no identity: a replay that is under way while the topic is recreated writes its receipts into the
   * new log. Receipts of earlier versions have the offset alone.
   */
  #isReplayed({ offset, failedAt }: DeadLetter): boolean {
    return this.#replayed.has(offset) || this.#replayed.has(idOf(offset, failedAt));
  }
}

function idOf(offset: string, failedAt: number | undefined): string {
  return failedAt === undefined ? offset : `${offset}@${failedAt}`;
}

/**
 * A reader that comes to the end of a partition as soon as `signal` is aborted: marks are read, too, for as long as
 * there are some. What was read is not the whole then, and nothing may be concluded from it.
 */
export function readerUntilAborted(signal: AbortSignal, reader: PartitionReader): PartitionReader {
  return {
    bounds: (topic, wanted) => reader.bounds(topic, wanted),
    close: () => reader.close(),
    async *read(topic, partition, from, to) {
      for await (const record of reader.read(topic, partition, from, to)) {
        if (signal.aborted) return;
        yield record;
      }
    },
  };
}

/** The dead letters of a topic, partition by partition, as far as it reaches now. */
export async function* deadLetterPartitions(
  reader: PartitionReader,
  topic: string,
): AsyncGenerator<DeadLetterPartition> {
  for (const bounds of await reader.bounds(topic)) {
    if (compareOffsets(bounds.start, bounds.end) < 0) yield DeadLetterPartition.open(reader, topic, bounds);
  }
}

/** Every dead letter of a topic, as far as it reaches now. */
export async function* deadLettersOf(
  reader: PartitionReader,
  topic: string,
): AsyncGenerator<LoggedDeadLetter> {
  for await (const partition of deadLetterPartitions(reader, topic)) yield* partition.deadLetters();
}

/** What lies at a position of a dead-letter topic. */
export async function deadLetterAt(
  reader: PartitionReader,
  topic: string,
  partition: number,
  offset: Offset,
): Promise<LoggedDeadLetter | ReplayReceipt | undefined> {
  const bounds = (await reader.bounds(topic)).find((each) => each.partition === partition);
  if (!bounds || compareOffsets(offset, bounds.start) < 0 || compareOffsets(offset, bounds.end) >= 0)
    return undefined;
  const from = { ...bounds, start: offset };
  const opened = await DeadLetterPartition.open(reader, topic, from);
  const { value: found } = await opened.deadLetters().next();
  if (found?.deadLetter.offset === offset) return found;
  for await (const record of reader.read(topic, partition, offset, bounds.end)) {
    return record.offset === offset ? toReplayReceipt({ topic, partition }, record) : undefined;
  }
  return undefined;
}

import { compareOffsets, type Offset } from '../../pipeline/index.js';
import type { PartitionBounds, PartitionReader } from '../../client/index.js';
import {
  type DeadLetter,
  type ReplayReceipt,
  toDeadLetter,
  toReplayReceipt,
} from '../../redelivery/index.js';

/** A dead letter, and whether it was replayed. */
export interface LoggedDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly replayed: boolean;
}

/**
 * One partition of a dead-letter topic, up to its end at the time of opening. Receipts behind the dead letters say which
 * were replayed. A replayed record and its receipt are written in one transaction, and only committed records are read, so
 * neither exists without the other.
 */
export class DeadLetterPartition {
  /** Ids of replayed dead letters, see `idOf`. */
  readonly #replayed = new Set<string>();

  private constructor(
    private readonly reader: PartitionReader,
    readonly topic: string,
    readonly bounds: PartitionBounds,
  ) {}

  /** Reads the receipts of a partition. */
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
   * The offset alone does not identify a dead letter: if the topic is recreated during a replay, the receipts go to the
   * new log. Receipts of earlier versions contain only the offset.
   */
  #isReplayed({ offset, failedAt }: DeadLetter): boolean {
    return this.#replayed.has(offset) || this.#replayed.has(idOf(offset, failedAt));
  }
}

function idOf(offset: string, failedAt: number | undefined): string {
  return failedAt === undefined ? offset : `${offset}@${failedAt}`;
}

/**
 * A reader that reports the end of a partition once `signal` is aborted. This also ends the reading of receipts, of
 * which there can be many. The records read until then are incomplete and must not be used for decisions.
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

/** The partitions of a dead-letter topic that are not empty, up to their current ends. */
export async function* deadLetterPartitions(
  reader: PartitionReader,
  topic: string,
): AsyncGenerator<DeadLetterPartition> {
  for (const bounds of await reader.bounds(topic)) {
    if (compareOffsets(bounds.start, bounds.end) < 0) yield DeadLetterPartition.open(reader, topic, bounds);
  }
}

/** All dead letters of a topic, up to its current end. */
export async function* deadLettersOf(
  reader: PartitionReader,
  topic: string,
): AsyncGenerator<LoggedDeadLetter> {
  for await (const partition of deadLetterPartitions(reader, topic)) yield* partition.deadLetters();
}

/** The dead letter or receipt at a position of a dead-letter topic; undefined if there is neither. */
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

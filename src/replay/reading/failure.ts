import type { PartitionReader } from '../../client/index.js';
import type { Offset } from '../../pipeline/index.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { positionText } from '../display-text.js';
import { DlqError } from '../errors.js';
import { deadLetterAt, type LoggedDeadLetter } from './dead-letter-log.js';
import { type KeylessRecord, toKeyless } from './listing.js';

/** A failed record with its error, never its key, value or headers. */
export interface Failure extends Omit<KeylessRecord, 'replayed'> {
  readonly group: string | null;
  readonly message: string | null;
  readonly attempts: number | null;
  readonly stack: string | null;
}

/** Describes a failed record by its error. */
export function toFailure(failed: DeadLetter): Failure {
  const { replayed: _, ...listed } = toKeyless(failed, false);
  return {
    ...listed,
    group: failed.group ?? null,
    message: failed.message ?? null,
    attempts: failed.attempts ?? null,
    stack: failed.stack ?? null,
  };
}

/** @throws DlqError if there is no dead letter at that position, or if it is a receipt */
export async function requireDeadLetter(
  reader: PartitionReader,
  topic: string,
  partition: number,
  offset: Offset,
): Promise<LoggedDeadLetter> {
  const found = await deadLetterAt(reader, topic, partition, offset);
  const position = positionText({ topic, partition, offset });
  if (!found)
    throw new DlqError(
      `there is no dead letter in ${position}; "dlq list ${topic} --records" lists their positions`,
    );
  if ('replayedTo' in found) {
    const original = positionText({ topic, partition, offset: found.replayedOffset });
    throw new DlqError(`${position} is a receipt: ${original} was replayed to ${found.replayedTo}`);
  }
  return found;
}

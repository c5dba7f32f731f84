import { MAGIC } from '../../protocol/batch-context.js';
import { MAGIC_AT } from '../../protocol/log-batch.js';

const LENGTH_AT = 8;
const EPOCH_AT = 12;
const LAST_OFFSET_DELTA_AT = 23;
const SIZE_AND_OFFSET_BYTES = 12;

/** From that offset on, records were written by the leader of this epoch. */
export interface EpochStart {
  readonly from: bigint;
  readonly leaderEpoch: number;
}

/**
 * The leader epochs of the batches of a log, up to an offset. Only headers are read: the log has been read before.
 * @param log batches as they were fetched
 * @param upTo the last offset of interest
 * @returns none for a log in a format without epochs (before Kafka 0.11)
 */
export function epochsIn(log: Buffer, upTo: bigint): EpochStart[] {
  const epochs: EpochStart[] = [];
  for (let at = 0; at + LAST_OFFSET_DELTA_AT + 4 <= log.length;) {
    const from = log.readBigInt64BE(at);
    if (log[at + MAGIC_AT] !== MAGIC || from > upTo) break;
    const leaderEpoch = log.readInt32BE(at + EPOCH_AT);
    if (epochs.at(-1)?.leaderEpoch !== leaderEpoch) epochs.push({ from, leaderEpoch });
    const length = log.readInt32BE(at + LENGTH_AT);
    if (length <= 0) break;
    at += SIZE_AND_OFFSET_BYTES + length;
  }
  return epochs;
}

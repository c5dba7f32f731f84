import type { FetchedRecord, Handler, TopicPartition } from '../../../pipeline/index.js';
import { HEADERS, headerText, replayAddressOf, toReplayReceipt } from '../../../redelivery/index.js';

/**
 * Which records of a topic are not for a group: records that were replayed for another group, and receipts of replays
 * in a dead-letter topic. Runs for every record, so headers are parsed only if one of these is present.
 */
export function passesOverIn(topic: string, groupId: string): NonNullable<Handler['passesOver']> {
  return (record, partition) => {
    const { headers } = record;
    if (headers === undefined) return undefined;
    if (HEADERS.replayedTopic in headers && isReceiptOf({ topic, partition }, record))
      return 'replay receipt';
    if (!(HEADERS.replayFor in headers)) return undefined;
    const address = replayAddressOf({ topic, partition }, record);
    return address?.group === undefined || address.group === groupId
      ? undefined
      : 'replayed for another group';
  };
}

/** A receipt that names its topic; receipts of earlier versions do not, and only replays read them. */
function isReceiptOf(at: TopicPartition, record: FetchedRecord): boolean {
  return headerText(record, HEADERS.replayedTopic) === at.topic && toReplayReceipt(at, record) !== undefined;
}

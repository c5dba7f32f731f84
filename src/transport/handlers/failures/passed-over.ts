import type { FetchedRecord, Handler, TopicPartition } from '../../../pipeline/index.js';
import { HEADERS, headerText, replayAddressOf, toReplayReceipt } from '../../../redelivery/index.js';

/**
 * Which records of a topic are not for a group: what was replayed for another group, and in a dead-letter topic the
 * marks of what was replayed. Asked of every record, so the headers are looked into only where one of them is there.
 */
export function passesOverIn(topic: string, groupId: string): NonNullable<Handler['passesOver']> {
  return (record, partition) => {
    const { headers } = record;
    if (headers === undefined) return undefined;
    if (HEADERS.replayedTopic in headers && isMarkOf({ topic, partition }, record)) return 'replay receipt';
    if (!(HEADERS.replayFor in headers)) return undefined;
    const address = replayAddressOf({ topic, partition }, record);
    return address?.group === undefined || address.group === groupId
      ? undefined
      : 'replayed for another group';
  };
}

/** A mark that names its topic: those of earlier versions count where somebody looks at dead letters, and not here. */
function isMarkOf(at: TopicPartition, record: FetchedRecord): boolean {
  return headerText(record, HEADERS.replayedTopic) === at.topic && toReplayReceipt(at, record) !== undefined;
}

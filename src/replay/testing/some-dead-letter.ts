import type { DeadLetter } from '../../redelivery/index.js';

/** A dead letter of the topic `t`, with the given settings. */
export function someDeadLetter(settings: Partial<DeadLetter> = {}): DeadLetter {
  return {
    topic: 't.dlt',
    partition: 0,
    offset: '0',
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    headers: {},
    originalTopic: 't',
    originalPartition: 0,
    originalOffset: '7',
    group: 'g',
    reason: 'TypeError',
    message: undefined,
    stack: undefined,
    attempts: 5,
    failedAt: Date.UTC(2026, 2, 1, 8, 15),
    replays: 0,
    cut: [],
    ...settings,
  };
}

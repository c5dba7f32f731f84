import { describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Scene } from '../../../pipeline/testing/scene.js';
import { type FetchedRecord, type RawHeaders, toOffset } from '../../../pipeline/index.js';
import { destinationOf, toReceipt, toOutgoing, toReplayRecord } from '../../../replay/index.js';
import { someDeadLetter } from '../../../replay/testing/some-dead-letter.js';
import { failureRouting } from './failure-routing.js';
import { GroupCounts } from '../../group/group-counts.js';
import { groupLog } from '../../group/group-log.js';
import { resolveHandlerOptions } from '../options/handler-options.js';

const nothing = async (): Promise<void> => undefined;

function passesOverOf(topic: string, groupId: string) {
  const options = resolveHandlerOptions({ pattern: topic }, {}, { groupId, commit: 'auto' });
  const services = {
    failedRecords: { deadLetter: nothing, retryLater: nothing },
    parking: {
      open: () => {
        throw new Error('not here');
      },
      park: nothing,
    },
  };
  return failureRouting(options, services, { source: topic }).passesOver;
}

/** The headers of a record that was replayed from a dead letter of `orders`. */
function replayHeaders(group: string, topic = 'orders'): RawHeaders {
  const letter = someDeadLetter({ topic: 'orders.dlt', originalTopic: 'orders', group });
  const record = toReplayRecord(letter);
  return toOutgoing(letter, record, destinationOf(letter, record, topic, new Set([0]))).headers ?? {};
}

const receiptHeaders = toReceipt(someDeadLetter({ topic: 'orders.dlt' }), 'orders').headers ?? {};

describe('a record with replay headers of another record', () => {
  test.each<[string, RawHeaders]>([
    ['a replay of another topic for another group', replayHeaders('orders-service')],
    ['a replay as an earlier version wrote it', { 'dlt-replays': '1', 'dlt-replay-for': 'orders-service' }],
    ['a receipt of a dead-letter topic, with a value', receiptHeaders],
    ['a receipt as an earlier version wrote it', { 'dlt-replayed-offset': '7' }],
    ['an empty name', { 'dlt-replayed-offset': null, 'dlt-replay-for': null, 'dlt-replayed-topic': null }],
  ])('a record that was forwarded with the headers of %s is handled', async (_what, headers) => {
    const passesOver = passesOverOf('enriched-orders', 'billing');
    const scene = new Scene('aa', {
      passesOver: (record, partition) =>
        passesOver?.({ ...record, headers: record.offset === '0' ? headers : {} }, partition),
    });
    await scene.fetch();
    for (const call of scene.calls) await call.returns();
    expect(scene.called).toContain('0');
    expect(scene.reported).toEqual([]);
  });
});

describe('a record that is not for the group', () => {
  const { key, value } = someDeadLetter();
  const record = (headers: RawHeaders, settings: Partial<FetchedRecord> = {}): FetchedRecord => {
    return { offset: toOffset(40), key, value, timestamp: '0', headers, ...settings };
  };

  test('a record that was replayed for one group is passed over by all others', () => {
    const headers = replayHeaders('orders-service');
    expect(passesOverOf('orders', 'billing')?.(record(headers), 0)).toBe('replayed for another group');
    expect(passesOverOf('orders', 'orders-service')?.(record(headers), 0)).toBeUndefined();
  });

  test('a record that was replayed to another topic is handled by every group', () => {
    const headers = replayHeaders('orders-service', 'orders-again');
    expect(passesOverOf('orders-again', 'billing')?.(record(headers), 0)).toBeUndefined();
  });

  test('a record that a handler changed and wrote to its own topic is handled by every group', () => {
    const headers = replayHeaders('orders-service');
    const changed = record({ ...headers, attempt: '2' });
    expect(passesOverOf('orders', 'billing')?.(changed, 0)).toBeUndefined();
    expect(passesOverOf('orders', 'billing')?.(record(headers), 1)).toBeUndefined();
  });

  test('a record that is passed over is logged and counted', () => {
    const lines: string[] = [];
    const logger = new Logger('test');
    logger.log = (line: string) => void lines.push(line);
    const counts = new GroupCounts(() => 'error');
    const at = { topic: 'orders', partition: 3 };
    counts
      .counting(groupLog(logger, () => undefined))
      .passedOver(at, toOffset(7), 'replayed for another group');
    expect(lines).toEqual([
      'orders[3] at offset 7 is passed over: it was replayed for another group, whose handler had failed',
    ]);
    expect(counts.of('orders').passedOver).toBe(1);
  });

  test('a replay receipt is passed over in the dead-letter topic that it names', () => {
    const receipt = record(receiptHeaders, { value: null });
    expect(passesOverOf('orders.dlt', 'watcher')?.(receipt, 0)).toBe('replay receipt');
    expect(passesOverOf('payments', 'watcher')?.(receipt, 0)).toBeUndefined();
    const unnamed = record({ ...receiptHeaders, 'dlt-replayed-topic': null }, { value: null });
    expect(passesOverOf('orders.dlt', 'watcher')?.(unnamed, 0)).toBeUndefined();
  });
});

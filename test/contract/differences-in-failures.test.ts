import { describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { EMPTY, type Observable, of } from 'rxjs';
import { KafkaRuntime } from '../../src/transport/index.js';
import { produce, waitFor } from '../support/kafka.js';
import { bothSides, type Side } from './difference-sides.js';

const stockRetry = { retries: 1, initialRetryTime: 20 };

class OutOfStockError extends Error {}

describe('failures and what they block', () => {
  const { stock, ours, each } = bothSides('failures', ({ topics, journal }) => {
    const handled = new Set<unknown>();
    let calls = 0;

    @Controller()
    class FailingController {
      @EventPattern<string>(topics.named('empty'))
      onEmpty(): Observable<unknown> {
        journal.note('called');
        return calls++ === 0 ? EMPTY : of(undefined);
      }

      @EventPattern<string>(topics.named('several'))
      onSeveral(): void {
        journal.note('good');
      }

      @EventPattern<string>(topics.named('several'))
      onSeveralToo(): void {
        journal.note('bad');
        if (journal.entries.filter((entry) => entry === 'bad').length === 1) throw new OutOfStockError();
      }

      @EventPattern<string>(topics.named('keys'))
      onKeys(@Payload() payload: unknown): void {
        journal.note(payload);
        if (payload === 'a' && !handled.has('b') && journal.entries.length === 1) throw new OutOfStockError();
        handled.add(payload);
      }

      @MessagePattern(topics.named('unanswerable'))
      onUnanswerable(): string {
        return 'answer';
      }
    }
    topics.named('reply');
    return { controllers: [FailingController], stockRetry };
  });

  const onBoth = <T>(run: (side: Side) => Promise<T>): Promise<T[]> => Promise.all(each.map(run));
  const request = ({ topics }: Side, partition: string) => ({
    kafka_correlationId: '1',
    kafka_replyTopic: topics.named('reply'),
    kafka_replyPartition: partition,
  });

  test('a stream without a value is a success', async () => {
    expect(await onBoth((side) => side.settle('empty', ['a']))).toEqual([['called', 'called'], ['called']]);
  });

  test('if several handlers share a topic, only those that failed are called again', async () => {
    const [onStock, onOurs] = await onBoth((side) => side.settle('several', ['a']));
    expect(onStock?.toSorted()).toEqual(['bad', 'bad', 'good', 'good']);
    expect(onOurs?.toSorted()).toEqual(['bad', 'bad', 'good']);
  });

  test('a record that is retried blocks only records of its own key', async () => {
    const records = ['a', 'b'].map((name) => ({ key: name, value: name }));
    const [onStock, onOurs] = await onBoth((side) => side.settle('keys', records));
    expect(onStock).toEqual(['a', 'a', 'b']);
    expect(onOurs).toEqual(['a', 'b', 'a']);
  });

  test('a request whose reply cannot be stored is not settled', async () => {
    await stock.settle('unanswerable', [{ value: 'a', headers: request(stock, '99') }]);
    await produce(ours.topics.named('unanswerable'), [{ value: 'a', headers: request(ours, '99') }]);
    const isFailing = () =>
      [...(ours.running.app.get(KafkaRuntime).groups[0]?.pipeline.partitions ?? [])].some(
        ({ topic, status }) =>
          topic === ours.topics.named('unanswerable') && (status.oldest?.failures ?? 0) > 0,
      );
    expect(await waitFor(isFailing, { what: 'an answer that cannot be stored' })).toBe(true);
  });
});

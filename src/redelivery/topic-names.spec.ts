import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  deadLetterTopicOf,
  isFailureTopic,
  isDelayName,
  isRetryTopicOf,
  parkingTopicOf,
  retrySourceOf,
  retryTopicOf,
} from './topic-names.js';

/** Kafka rejects topics whose names differ only in dots and underscores. */
const asKafkaComparesIt = (topic: string): string => topic.replaceAll('.', '_');

describe('the topics of failed records', () => {
  test('the topics of failed records are named after topic and group', () => {
    expect(deadLetterTopicOf('orders')).toBe('orders.dlt');
    expect(deadLetterTopicOf('eu_west.orders')).toBe('eu_west.orders.dlt');
    expect(retryTopicOf('eu_west.orders', 'orders-service', '10m')).toBe(
      'eu_west.orders.orders-service.retry.10m',
    );
    expect(parkingTopicOf('orders', 'billing-2')).toBe('orders.billing-2.parked');
  });

  test('a group id with characters that separate parts of a name is hashed in topic names', () => {
    expect(parkingTopicOf('orders', 'eu.billing')).toMatch(/^orders\.eu-billing-x[0-9a-f]{16}\.parked$/);
    expect(retryTopicOf('orders', 'Größe 1', '1m')).toMatch(/^orders\.Gr--e-1-x[0-9a-f]{16}\.retry\.1m$/);
  });

  test.each<[string, string, string, string]>([
    ['orders', 'eu.billing', 'orders.eu', 'billing'],
    ['orders', 'eu_billing', 'orders.eu', 'billing'],
    ['orders', 'billing:eu', 'orders', 'billing-eu'],
    ['orders', 'billing.eu', 'orders', 'billing_eu'],
    ['orders', 'a.retry.1m', 'orders.a', 'retry'],
  ])(
    'the topics of failed records of topic %s and group %s differ from those of topic %s and group %s',
    (topicA, groupA, topicB, groupB) => {
      const names = (topic: string, group: string): string[] =>
        [parkingTopicOf(topic, group), retryTopicOf(topic, group, '1m')].map(asKafkaComparesIt);
      expect(names(topicA, groupA)).not.toContain(names(topicB, groupB)[0]);
      expect(names(topicA, groupA)).not.toContain(names(topicB, groupB)[1]);
    },
  );

  test('a group whose id looks hashed does not share topics with the group of that hash', () => {
    const [, hashed = ''] = /^t\.(.+)\.parked$/.exec(parkingTopicOf('t', 'a.b')) ?? [];
    expect(parkingTopicOf('t', hashed)).not.toBe(parkingTopicOf('t', 'a.b'));
  });

  test('topics of failed records are unique per topic and group and within Kafka’s length limit', () => {
    const topic = fc.stringMatching(/^[ab._-]{1,6}$/);
    const long = fc
      .tuple(topic, fc.integer({ min: 1, max: 249 }))
      .map(([text, length]) => text.repeat(length).slice(0, length));
    const topics = fc.oneof(topic, long);
    const groups = fc.oneof(topic, long, fc.string({ minLength: 1, maxLength: 4 }));
    const owner = fc.tuple(topics, groups);
    const namesOf = ([source, group]: readonly [string, string]): string[] => [
      parkingTopicOf(source, group),
      retryTopicOf(source, group, '1m'),
    ];
    fc.assert(
      fc.property(owner, owner, (a, b) => {
        // Kafka does not allow both sources to exist if their names differ only in dots and underscores.
        const isSameSource = a[0] === b[0];
        fc.pre(isSameSource ? a[1] !== b[1] : asKafkaComparesIt(a[0]) !== asKafkaComparesIt(b[0]));
        const deadLetters = isSameSource ? [] : [a, b].map(([source]) => deadLetterTopicOf(source));
        const names = [...namesOf(a), ...namesOf(b), ...deadLetters];
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
        expect(new Set(names.map(asKafkaComparesIt)).size).toBe(names.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('retry topics are recognised by their source and group, with any delay', () => {
    for (const group of ['g', 'a.b', 'x'.repeat(300)]) {
      for (const source of ['orders', 'o'.repeat(249)]) {
        const retry = retryTopicOf(source, group, '90s');
        expect(isRetryTopicOf(retry, source, group)).toBe(true);
        expect(isRetryTopicOf(retry, source, `${group}2`)).toBe(false);
        expect(isRetryTopicOf(parkingTopicOf(source, group), source, group)).toBe(false);
        expect(isFailureTopic(retry)).toBe(true);
        expect(retrySourceOf(retry, group)).toBe(source.length < 200 ? source : undefined);
        expect(retrySourceOf(retry, `${group}2`)).toBeUndefined();
      }
    }
  });

  test('delays that would not fit into a topic name are invalid', () => {
    expect(['1m', '9999999999ms'].every(isDelayName)).toBe(true);
    expect(['soon', '99999999999ms', '1.5h'].some(isDelayName)).toBe(false);
  });
});

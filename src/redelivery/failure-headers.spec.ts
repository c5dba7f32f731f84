import { describe, expect, test } from '@jest/globals';
import { toOffset } from '../pipeline/index.js';
import { failureHeaders, originalTopicOf } from './failure-headers.js';

const earlier = {
  'dlt-original-topic': 'orders',
  'dlt-original-partition': '7',
  'dlt-original-offset': '40',
  'dlt-original-timestamp': '1700',
  'dlt-original-group': 'group',
  'dlt-attempts': '5',
};

/** A record with the headers of an earlier failure that fails in `topic`. */
function failedIn(topic: string) {
  const record = { offset: toOffset(3), timestamp: '0', key: null, value: null, headers: earlier };
  return { at: { topic, partition: 0 }, record, error: new Error('no'), attempts: 1, firstFailedAt: 0 };
}

describe('a record that fails with the headers of an earlier failure', () => {
  test('the headers of an earlier failure count in its retry topic', () => {
    const failed = failedIn('orders.group.retry.10m');
    expect(originalTopicOf(failed)).toBe('orders');
    expect(failureHeaders(failed, 'group', new Date())).toMatchObject({
      'dlt-original-topic': 'orders',
      'dlt-original-partition': '7',
      'dlt-original-offset': '40',
      'dlt-attempts': '6',
    });
  });

  test.each([
    ['only has the name of a retry topic', 'nightly.retry.1h'],
    ['is the retry topic of another topic', 'payments.group.retry.1h'],
    ['is the retry topic of another group', 'orders.other.retry.1h'],
  ])('the headers of an earlier failure do not count in a topic that %s', (_what, topic) => {
    const failed = failedIn(topic);
    expect(originalTopicOf(failed)).toBe(topic);
    expect(failureHeaders(failed, 'group', new Date())).toMatchObject({
      'dlt-original-topic': topic,
      'dlt-original-partition': '0',
      'dlt-original-offset': '3',
      'dlt-attempts': '1',
    });
  });

  test('the headers of an earlier failure do not count in a dead-letter topic', () => {
    const failed = failedIn('orders.dlt');
    expect(originalTopicOf(failed)).toBe('orders.dlt');
    expect(failureHeaders(failed, 'group', new Date())).toMatchObject({
      'dlt-original-topic': 'orders.dlt',
      'dlt-original-partition': '0',
      'dlt-original-offset': '3',
      'dlt-attempts': '1',
    });
  });
});

const withoutText: unknown = Object.create(null);

describe('failure headers of unusual errors', () => {
  test.each<[string, unknown, string, string]>([
    ['an error whose message is null', Object.assign(new Error('no'), { message: null }), 'Error', 'null'],
    ['an error whose name is a number', Object.assign(new Error('no'), { name: 42 }), '42', 'no'],
    [
      'an error with an object for a message',
      Object.assign(new Error('no'), { message: withoutText }),
      'Error',
      'object without a text',
    ],
    ['an object without a prototype', withoutText, 'object', 'object without a text'],
    ['a symbol', Symbol('no'), 'symbol', 'Symbol(no)'],
    ['nothing', undefined, 'undefined', 'undefined'],
  ])('failure headers can be built for %s', (_what, error, name, message) => {
    const headers = failureHeaders({ ...failedIn('orders'), error }, 'group', new Date());
    expect(headers).toMatchObject({ 'dlt-exception-class': name, 'dlt-exception-message': message });
    expect(Object.values(headers).every((value) => typeof value === 'string')).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { KafkaContext } from '@nestjs/microservices';
import { type RawHeaders, toOffset } from '../pipeline/index.js';
import { HEADERS } from '../redelivery/index.js';
import { IdempotencyKeyError } from './errors.js';
import type { IdempotencyKey } from './options.js';
import { keyOf } from './record-key.js';

const noArgs: unknown = [];
const context = new KafkaContext(noArgs as ConstructorParameters<typeof KafkaContext>[0]);

function keyFor(key: IdempotencyKey, headers: RawHeaders = {}, at = { topic: 't', partition: 1 }): string {
  const record = { offset: toOffset(7), key: null, value: null, timestamp: '1700', headers };
  return keyOf(key, 'group', { at, record, payload: { id: 'p-1' }, context });
}

const original: RawHeaders = {
  [HEADERS.originalTopic]: Buffer.from('t'),
  [HEADERS.originalPartition]: Buffer.from('1'),
  [HEADERS.originalOffset]: Buffer.from('7'),
  [HEADERS.originalTimestamp]: Buffer.from('1700'),
  [HEADERS.originalGroup]: Buffer.from('group'),
};

describe('the key by position', () => {
  it('the key by position is the record’s position and timestamp, since offsets of a recreated topic start at 0', () => {
    expect(keyFor('position')).toBe('t/1/7/1700');
  });

  it('the key by position is the original position if the record comes from a retry topic', () => {
    expect(keyFor('position', original, { topic: 't.group.retry.1m', partition: 0 })).toBe(
      keyFor('position'),
    );
  });

  it('the key by position ignores origin headers that a handler has copied from another record', () => {
    expect(keyFor('position', original, { topic: 'payments', partition: 1 })).toBe('payments/1/7/1700');
  });

  it('the key by position ignores origin headers of another group', () => {
    const headers = { ...original, [HEADERS.originalGroup]: Buffer.from('other') };
    expect(keyFor('position', headers, { topic: 't.dlt', partition: 0 })).toBe('t.dlt/0/7/1700');
  });

  it('the key by position ignores origin headers in a topic that is only named like a retry topic', () => {
    expect(keyFor('position', original, { topic: 'nightly.retry.1h', partition: 1 })).toBe(
      'nightly.retry.1h/1/7/1700',
    );
    const topic = 'another.group.retry.1h';
    expect(keyFor('position', original, { topic, partition: 1 })).toBe(`${topic}/1/7/1700`);
  });

  it('the key by position ignores incomplete origin headers', () => {
    const { [HEADERS.originalOffset]: _, ...headers } = original;
    expect(keyFor('position', headers, { topic: 't.group.retry.1m', partition: 0 })).toBe(
      't.group.retry.1m/0/7/1700',
    );
  });
});

describe('the key by header', () => {
  it('the key by header is the text of the header', () => {
    expect(keyFor({ header: 'message-id' }, { 'message-id': Buffer.from('m-1') })).toBe('m-1');
  });

  it('the key by header is the last value if there are several', () => {
    const headers = { 'message-id': [Buffer.from('m-1'), Buffer.from('m-2')] };
    expect(keyFor({ header: 'message-id' }, headers)).toBe('m-2');
  });

  it('the key by header distinguishes bytes that are not text', () => {
    const ids = [0xf0, 0xf1].map((byte) => keyFor({ header: 'id' }, { id: Buffer.from([byte, 0x80]) }));
    expect(new Set(ids).size).toBe(2);
  });

  it('the key by header distinguishes bytes from text that looks like them', () => {
    const bytes = Buffer.from([0xf0, 0x80]);
    const text = Buffer.from(`hex:${bytes.toString('hex')}`);
    expect(keyFor({ header: 'id' }, { id: text })).not.toBe(keyFor({ header: 'id' }, { id: bytes }));
  });

  it.each<[string, RawHeaders, string]>([
    ['is missing', {}, 't[1] at offset 7: it has no header message-id'],
    ['is null', { 'message-id': null }, 'it has no header message-id'],
    ['is empty', { 'message-id': Buffer.alloc(0) }, 'its header message-id is empty'],
    ['is a list of none', { 'message-id': [] }, 'it has no header message-id'],
  ])('the key by header is an error if the header %s', (_what, headers, message) => {
    expect(() => keyFor({ header: 'message-id' }, headers)).toThrow(IdempotencyKeyError);
    expect(() => keyFor({ header: 'message-id' }, headers)).toThrow(message);
  });

  it('the key by header is an error if the name is an inherited property of objects', () => {
    expect(() => keyFor({ header: 'constructor' })).toThrow(IdempotencyKeyError);
  });
});

describe('the key by payload', () => {
  it('the key by payload is the result of the function', () => {
    expect(keyFor((payload) => `id:${JSON.stringify(payload)}`)).toBe('id:{"id":"p-1"}');
  });

  it.each<[string, () => unknown, string]>([
    ['empty', () => '', 'its key is empty'],
    ['undefined', () => undefined, 'its key is undefined instead of text'],
    ['a number', () => 7, 'its key is number instead of text'],
  ])('the key by payload is an error if it is %s', (_what, key, message) => {
    expect(() => keyFor(key as () => string)).toThrow(message);
  });
});

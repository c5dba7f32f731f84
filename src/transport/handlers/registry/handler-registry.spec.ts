import { describe, expect, test } from '@jest/globals';
import type { MessageHandler } from '@nestjs/microservices';
import { InFlightRecord, type RecordOwner, toOffset } from '../../../pipeline/index.js';
import { HandlerOptionsError, type KafkaHandlerOptions } from '../options/handler-options.js';
import { plainServices } from '../../testing/handler-of.js';
import { HandlerRegistry } from './handler-registry.js';

const GROUP = 'service';

const notAskedFor = (): never => {
  throw new Error('not asked for');
};

/** A registry whose handlers record their calls. */
class Registered {
  readonly called: string[] = [];
  readonly registry = new HandlerRegistry({ groupId: GROUP, commit: 'auto' }, plainServices, {
    of: () => undefined,
    nameOf: () => undefined,
  });

  add(name: string, pattern: string | RegExp, options: KafkaHandlerOptions = {}, isEvent = true): this {
    const callback: MessageHandler = () => {
      this.called.push(name);
      return Promise.resolve();
    };
    this.registry.add(pattern, callback, isEvent, { ...options });
    return this;
  }

  /** The handlers that a record of the topic reaches. */
  async reached(topic: string, groupId = GROUP): Promise<string[]> {
    const handler = this.registry.handlerOf(groupId, topic);
    if (handler?.read !== 'one') return [];
    const owner: RecordOwner = {
      topic,
      partition: 0,
      signalOf: () => new AbortController().signal,
      waitStarted: () => () => undefined,
      acknowledge: notAskedFor,
      commit: notAskedFor,
    };
    const fetched = { offset: toOffset(0), key: null, value: null, timestamp: '0' };
    this.called.length = 0;
    await handler.invoke(new InFlightRecord(owner, fetched, 0, 0, undefined, 0));
    return [...this.called];
  }
}

describe('a topic’s records', () => {
  test('a handler with the topic’s name takes precedence over patterns, in any order', async () => {
    const both = new Registered().add('pattern', /^orders/).add('name', 'orders');
    await expect(both.reached('orders')).resolves.toEqual(['name']);
    await expect(both.reached('orders.eu')).resolves.toEqual(['pattern']);
  });

  test('records go to the handlers of the first pattern that matches', async () => {
    const both = new Registered().add('first', /^orders/).add('second', /eu$/);
    await expect(both.reached('orders.eu')).resolves.toEqual(['first']);
  });

  test('records go to all handlers of the topic’s name, or to all of one pattern', async () => {
    const all = new Registered().add('a', 'orders').add('b', 'orders').add('c', /^a/).add('d', /^a/);
    await expect(all.reached('orders')).resolves.toEqual(['a', 'b']);
    await expect(all.reached('alerts')).resolves.toEqual(['c', 'd']);
  });

  test('a pattern with the flag g or y matches every time', async () => {
    const registered = new Registered().add('global', /^orders/g).add('sticky', /alerts/y);
    for (const topic of ['orders.a', 'orders.b', 'orders.c']) {
      await expect(registered.reached(topic)).resolves.toEqual(['global']);
    }
    await expect(registered.reached('alerts')).resolves.toEqual(['sticky']);
    expect(registered.registry.select(GROUP, ['orders.a', 'orders.b', 'alerts']).existing).toHaveLength(3);
  });

  test('records of a group go only to handlers of that group', async () => {
    const registered = new Registered().add('mine', 'orders').add('other', 'orders', { groupId: 'other' });
    await expect(registered.reached('orders')).resolves.toEqual(['mine']);
    await expect(registered.reached('orders', 'other')).resolves.toEqual(['other']);
    await expect(registered.reached('unknown')).resolves.toEqual([]);
    expect(registered.registry.groups).toEqual([GROUP, 'other']);
  });

  test('requests are answered by the last request handler alone, beside event handlers', async () => {
    const registered = new Registered()
      .add('request', 'orders', {}, false)
      .add('event', 'orders')
      .add('later request', 'orders', {}, false);
    await expect(registered.reached('orders')).resolves.toEqual(['later request', 'event']);
  });
});

describe('handlers of one topic', () => {
  const NEXT = 'handlers of one topic share its records; give one of them a groupId of its own';

  test.each<[KafkaHandlerOptions, KafkaHandlerOptions, string]>([
    [{ order: 'key' }, { order: 'none' }, 'order is key for one and none for the other'],
    [{ concurrency: 1 }, { concurrency: 2 }, 'concurrency is 1 for one and 2 for the other'],
    [{ timeoutMs: 5 }, {}, 'timeoutMs is 5 for one and undefined for the other'],
    [{ order: 'key' }, { commit: 'manual', order: 'key' }, 'commit is auto for one and manual for the other'],
    [{ read: 'batch' }, { read: 'batch' }, 'a batch handler must be the only one'],
    [
      { commit: 'manual' },
      { commit: 'manual' },
      'a manual commit of one would also commit records that the other has not handled',
    ],
  ])('the options %j and %j contradict each other, and the error says why', (one, other, why) => {
    const registered = new Registered().add('one', 'orders', one);
    expect(() => registered.add('other', 'orders', other)).toThrow(HandlerOptionsError);
    expect(() => registered.add('other', 'orders', other)).toThrow(`handler for orders: ${why}`);
    expect(() => registered.add('other', 'orders', other)).toThrow(NEXT);
  });

  test('handlers of one topic may differ in options of their own, and between two groups in all options', () => {
    const registered = new Registered().add('one', 'orders', { value: 'json' });
    registered.add('other', 'orders', { value: 'bytes' });
    registered.add('batches', 'orders', { read: 'batch', groupId: 'other' });
    expect(registered.registry.handlerOf('other', 'orders')?.read).toBe('batch');
  });
});

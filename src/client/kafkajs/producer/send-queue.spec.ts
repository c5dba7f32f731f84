import { describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs-pinned';
import { SendQueue } from './send-queue.js';

/** A broker that records the values of each request, and rejects requests that contain a value of `refused`. */
function brokerOf(refused: readonly string[] = []) {
  const requests: string[] = [];
  const queue = new SendQueue(async (topic, messages: readonly Message[]) => {
    const values = messages.map(({ value }) => String(value));
    requests.push(`${topic}: ${values.join()}`);
    await Promise.resolve();
    if (values.some((value) => refused.includes(value))) throw new Error(`refused ${values.join()}`);
    return messages.flatMap(({ partition = 0 }) => (partition < 4 ? [{ partition }] : []));
  });
  const send = (value: string, { topic = 't', bytes = 100, partition = 0 } = {}): Promise<boolean> =>
    queue.send(topic, { value, partition }, bytes);
  return { requests, send };
}

describe('messages that are sent in one turn of the event loop', () => {
  it('messages that are sent in one turn of the event loop are sent in one request per topic, in their order', async () => {
    const { requests, send } = brokerOf();
    const sent = [send('a'), send('b', { topic: 'u' }), Promise.resolve().then(() => send('c')), send('d')];
    expect(await Promise.all(sent)).toEqual([true, true, true, true]);
    expect(requests).toEqual(['t: a,d,c', 'u: b']);
    await send('e');
    expect(requests.at(-1)).toBe('t: e');
  });

  it('messages that are sent in one turn of the event loop are sent in requests with limits for bytes and messages', async () => {
    const { requests, send } = brokerOf();
    await Promise.all(['a', 'b', 'c'].map((value) => send(value, { bytes: 60 * 1024 })));
    expect(requests).toEqual(['t: a,b', 't: c']);
    requests.length = 0;
    await Promise.all(Array.from({ length: 250 }, (_, at) => send(String(at))));
    expect(requests.map((request) => request.split(',').length)).toEqual([100, 100, 50]);
  });

  it('messages that are sent in one turn of the event loop are sent one by one if their request fails, so that only some of them fail', async () => {
    const { requests, send } = brokerOf(['b']);
    const sent = await Promise.allSettled(['a', 'b', 'c'].map((value) => send(value)));
    expect(sent).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: new Error('refused b') },
      { status: 'fulfilled', value: true },
    ]);
    expect(requests).toEqual(['t: a,b,c', 't: a', 't: b', 't: c']);
  });

  it('a message whose partition the client chooses is sent alone, so that its omission is noticed', async () => {
    const requests: string[] = [];
    const queue = new SendQueue(async (_, messages) => {
      requests.push(messages.map(({ value }) => String(value)).join());
      await Promise.resolve();
      return messages.flatMap(({ value, partition = 3 }) => (value === 'omitted' ? [] : [{ partition }]));
    });
    const sent = [
      queue.send('t', { value: 'a', partition: 0 }, 100),
      queue.send('t', { value: 'omitted' }, 100),
      queue.send('t', { value: 'b' }, 100),
      queue.send('t', { value: 'c', partition: 1 }, 100),
    ];
    expect(await Promise.all(sent)).toEqual([true, false, true, true]);
    expect(requests).toEqual(['a', 'omitted', 'b', 'c']);
  });

  it('messages that are sent in one turn of the event loop resolve with whether the message was written or omitted', async () => {
    const { send } = brokerOf();
    expect(await Promise.all([send('a', { partition: 9 }), send('b', { partition: 1 })])).toEqual([
      false,
      true,
    ]);
  });
});

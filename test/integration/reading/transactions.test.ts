import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ForeignClient } from '../../support/foreign-client.js';
import type { ForeignProducer } from '../../support/foreign-producer.js';
import { committedOffsets, createTopic, endOffsets, uniqueName, waitFor } from '../../support/kafka.js';
import { Reader, type ReaderOptions, stopReaders } from './reader.js';

let java: ForeignClient;
beforeAll(async () => {
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(stopReaders);

type End = 'commit' | 'abort';

function transactional(): Promise<ForeignProducer> {
  return java.open({ 'transactional.id': uniqueName('transaction') });
}

/** Writes transactions one after the other; each value says how its transaction ended. */
async function transactions(topic: string, ends: readonly End[]): Promise<void> {
  const producer = await transactional();
  for (const [i, end] of ends.entries()) {
    await producer.begin();
    await producer.send(topic, [
      { key: 'k', value: `${end}-${i}a` },
      { key: 'k', value: `${end}-${i}b` },
    ]);
    await producer[end]();
  }
}

async function readAll(topic: string, options: ReaderOptions = {}): Promise<Reader> {
  const reader = await Reader.start(topic, { order: 'partition', ...options });
  await reader.caughtUp(topic);
  expect(reader.lag).toBe(0);
  return reader;
}

const UNCOMMITTED = { env: { KAFKA_ISOLATION_LEVEL: 'read_uncommitted' } };

describe('reading transactions', () => {
  it('committed records are read, aborted records and control records are skipped', async () => {
    const topic = await createTopic(uniqueName('tx'));
    await transactions(topic, ['commit', 'abort', 'abort', 'commit', 'abort']);
    const reader = await readAll(topic);
    expect(reader.payloads).toEqual(['commit-0a', 'commit-0b', 'commit-3a', 'commit-3b']);
    expect(reader.offsets).toEqual(await java.read(topic));
  });

  it('with read_uncommitted aborted records are read too, but no control records', async () => {
    const topic = await createTopic(uniqueName('tx-uncommitted'));
    await transactions(topic, ['abort', 'commit', 'abort']);
    const reader = await readAll(topic, UNCOMMITTED);
    expect(reader.payloads).toEqual([
      'abort-0a',
      'abort-0b',
      'commit-1a',
      'commit-1b',
      'abort-2a',
      'abort-2b',
    ]);
    expect(reader.offsets).toEqual(await java.read(topic, 0, 'read_uncommitted'));
  });

  it.each<End>(['commit', 'abort'])(
    'the end of a topic that ends with a %s marker is committed',
    async (end) => {
      const topic = await createTopic(uniqueName('tx-tail'));
      const reader = await Reader.start(topic);
      await reader.joined();
      await transactions(topic, [end]);
      await reader.caughtUp(topic);
      expect(reader.payloads).toHaveLength(end === 'commit' ? 2 : 0);
      expect(reader.lag).toBe(0);
    },
  );

  it('an open transaction is awaited, nothing beyond it is committed, and it is read once it is committed', async () => {
    const topic = await createTopic(uniqueName('tx-open'));
    const [open, other] = [await transactional(), await java.open()];
    await other.send(topic, [{ value: 'before' }]);
    await open.begin();
    await open.send(topic, [{ value: 'within' }]);
    await other.send(topic, [{ value: 'after' }]);

    const reader = await Reader.start(topic, { order: 'partition' });
    await reader.until(1);
    await waitFor(async () => reader.lag === 0, { what: 'a lag that leaves the open transaction out' });
    await reader.stop();
    expect(reader.payloads).toEqual(['before']);
    expect(await committedOffsets(reader.group, topic)).toEqual(new Map([[0, 1n]]));

    const next = await Reader.start(topic, { order: 'partition', group: reader.group });
    await next.joined();
    await open.commit();
    await next.caughtUp(topic);
    expect(next.payloads).toEqual(['within', 'after']);
    expect(await endOffsets(topic)).toEqual(new Map([[0, 4n]]));
  });

  it('an aborted record is skipped even if its key is four zero bytes, like the key of an abort marker', async () => {
    const topic = await createTopic(uniqueName('tx-zero-key'));
    const producer = await transactional();
    await producer.begin();
    const key = Buffer.alloc(4);
    await producer.send(topic, [{ value: 'a' }, { key, value: 'b' }, { value: 'c' }]);
    await producer.abort();
    await producer.begin();
    await producer.send(topic, [{ key, value: 'committed' }, { value: 'also' }]);
    await producer.commit();
    expect((await readAll(topic)).payloads).toEqual(['committed', 'also']);
  });
});

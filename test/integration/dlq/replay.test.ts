import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { replayAddressOf } from '../../../src/redelivery/replay-address.js';
import { ForeignClient } from '../../support/foreign-client.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { CliProcess, dlq, dlqJson, endProcesses, GROUP } from './cli-process.js';
import { committed, committedValues, createTopics, letter, letterHeaders } from './dead-letters.js';

// Each command is a separate process.
jest.setTimeout(180_000);

let java: ForeignClient;
beforeAll(async () => {
  Logger.overrideLogger(false);
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(endProcesses);

const YES = ['--yes'];
const nothing = { key: null, value: null };

describe('dlq replay', () => {
  it('dlq replay sends a record back unchanged to its partition, without the headers that describe its failure', async () => {
    const { topic, dlt } = await createTopics('bytes', 3);
    const own = [
      ['trace', Buffer.from([0, 255])],
      ['null', null],
      ['list', 'one'],
      ['list', null],
      ['list', 'two'],
    ] as const;
    const added = Object.entries(letterHeaders({ topic, partition: 2, offset: 41 }));
    const producer = await java.open();
    await producer.send(dlt, [
      {
        partition: 2,
        key: Buffer.from([1, 254]),
        value: Buffer.from([0, 255, 7]),
        headers: [...own, ...added],
      },
      { partition: 2, key: null, value: null, headers: added },
    ]);

    expect(await dlqJson(topic, ['replay', topic, ...YES])).toMatchObject({ replayed: 2, skipped: [] });
    const sentBack = (offset: number) => ({
      'dlt-replays': Buffer.from('1'),
      'dlt-replay-for': Buffer.from(GROUP),
      'dlt-replay-of': Buffer.from(`${dlt}/2/${offset}`),
      'dlt-replay-digest': expect.any(Buffer),
    });
    expect(await committed(topic)).toMatchObject([
      {
        partition: 2,
        key: Buffer.from([1, 254]),
        value: Buffer.from([0, 255, 7]),
        headers: {
          trace: Buffer.from([0, 255]),
          null: null,
          list: [Buffer.from('one'), null, Buffer.from('two')],
          ...sentBack(0),
        },
      },
      { partition: 2, key: null, value: null, headers: sentBack(1) },
    ]);
    const [record] = await committed(topic);
    expect(Object.keys(record?.headers ?? {}).toSorted()).toEqual(
      ['trace', 'null', 'list', ...Object.keys(sentBack(0))].toSorted(),
    );
    for (const each of await committed(topic)) {
      expect(replayAddressOf({ topic, partition: 2 }, each)).toMatchObject({ group: GROUP, replays: 1 });
    }
  });

  it('dlq replay marks replayed records and replays nothing twice', async () => {
    const { topic, dlt } = await createTopics('twice');
    await produce(dlt, [letter({ topic, value: 'a' }), letter({ topic, value: 'b' })]);
    await dlqJson(topic, ['replay', topic, ...YES]);
    expect(await dlqJson(topic, ['replay', dlt, ...YES])).toMatchObject({ replayed: 0, alreadyReplayed: 2 });
    expect(await committedValues(topic)).toEqual(['a', 'b']);
    const marks = (await committed(dlt)).slice(2);
    expect(marks).toMatchObject(
      ['0', '1'].map((offset) => ({
        key: Buffer.from('k'),
        value: null,
        headers: {
          'dlt-replayed-topic': Buffer.from(dlt),
          'dlt-replayed-partition': Buffer.from('0'),
          'dlt-replayed-offset': Buffer.from(offset),
          'dlt-replayed-to': Buffer.from(topic),
        },
      })),
    );
    expect(await dlqJson(topic, ['list', topic])).toMatchObject({ deadLetters: 2, replayed: 2 });
  });

  it('dlq replay selects by reason, time and key, and stops at the limit', async () => {
    const { topic, dlt } = await createTopics('filters');
    const yesterday = new Date(Date.now() - 86_400_000);
    await produce(dlt, [
      letter({ topic, value: 'old', failedAt: yesterday }),
      letter({ topic, value: 'other', reason: 'PayloadError' }),
      letter({ topic, value: 'key', key: 'x' }),
      ...['1', '2', '3'].map((value) => letter({ topic, value })),
    ]);
    const filters = ['--reason', 'TypeError', '--since', '1h', '--key', 'k'];
    const first = await dlqJson(topic, ['replay', topic, ...filters, '--limit', '2', ...YES]);
    expect(first).toMatchObject({ replayed: 2, ended: 'limit' });
    expect(await committedValues(topic)).toEqual(['1', '2']);
    expect(await dlqJson(topic, ['replay', topic, ...filters, ...YES])).toMatchObject({ replayed: 1 });
    expect(await committedValues(topic)).toEqual(['1', '2', '3']);
  });

  it('dlq replay skips records that were replayed too often, have no original topic, or were truncated', async () => {
    const { topic, dlt } = await createTopics('left');
    await produce(dlt, [
      letter({ topic, value: 'three', replays: 3 }),
      letter({ topic, value: 'two', replays: 2 }),
      { value: 'bare', partition: 0 },
      letter({ topic: `${topic}-gone`, value: 'gone' }),
      {
        ...letter({ topic, value: 'par' }),
        headers: { ...letterHeaders({ topic }), 'dlt-value-truncated-from': '9000000' },
      },
    ]);
    const report = await dlqJson(topic, ['replay', dlt, '--max-replays', '3', ...YES]);
    expect(report).toMatchObject({ replayed: 1 });
    const { skipped } = report as { skipped: { reason: string; positions: string[] }[] };
    expect(skipped.map(({ reason, positions }) => [reason, positions])).toEqual([
      ['max-replays', [`${dlt}[0] at offset 0`]],
      ['no-original-topic', [`${dlt}[0] at offset 2`]],
      ['unknown-topic', [`${dlt}[0] at offset 3`]],
      ['truncated', [`${dlt}[0] at offset 4`]],
    ]);
    const [record] = await committed(topic);
    expect(record?.headers?.['dlt-replays']).toEqual(Buffer.from('3'));
  });

  it('dlq replay skips records of a group without a handler in this version, unless told otherwise', async () => {
    const { topic, dlt } = await createTopics('group');
    await produce(dlt, [letter({ topic, value: 'a', group: 'another' }), letter({ topic, value: 'b' })]);
    const report = await dlqJson(topic, ['replay', topic, ...YES]);
    expect(report).toMatchObject({
      replayed: 1,
      skipped: [{ reason: 'no-handler', positions: [`${dlt}[0] at offset 0`] }],
    });
    expect(await dlqJson(topic, ['replay', topic, '--any-group', ...YES])).toMatchObject({
      replayed: 1,
      alreadyReplayed: 1,
    });
    expect(await committedValues(topic)).toEqual(['b', 'a']);
  });

  it('dlq replay --to sends to another topic, for every group, and by key if the partition does not exist', async () => {
    const { topic, dlt } = await createTopics('elsewhere', 3);
    const other = await createTopic(uniqueName('other'));
    await produce(dlt, [letter({ topic, value: 'a', partition: 2 })]);
    expect(await dlqJson(topic, ['replay', topic, '--to', other, ...YES])).toMatchObject({ replayed: 1 });
    const [record] = await committed(other);
    expect(String(record?.value)).toBe('a');
    expect(replayAddressOf({ topic: other, partition: 0 }, record ?? nothing)).toMatchObject({
      group: undefined,
    });
    expect(await committedValues(topic)).toEqual([]);
  });

  it('dlq replay finds the dead letters in the topic that the handler names', async () => {
    const { topic } = await createTopics('named');
    const named = await createTopic(uniqueName('graveyard'));
    await produce(named, [
      letter({ topic, value: 'mine' }),
      letter({ topic: `${topic}-other`, value: 'not mine' }),
    ]);
    const env = { DLQ_NAMED: named };
    const { code, stderr } = await dlq(topic, ['replay', topic, ...YES], env);
    expect([code, stderr]).toEqual([
      1,
      `error: ${topic} has dead letters in ${named} and ${topic}.dlt; name one of these\n`,
    ]);
    expect(await dlqJson(topic, ['list', topic], env)).toMatchObject({ deadLetters: 1 });
    expect(await dlqJson(topic, ['list'], env)).toMatchObject({
      groups: expect.arrayContaining([expect.objectContaining({ topic: named })]),
    });
  });

  it('dlq replay splits requests that are too large, and skips records that their topic does not accept', async () => {
    const topic = await createTopic(uniqueName('large'), { config: { 'max.message.bytes': '600000' } });
    const dlt = await createTopic(`${topic}.dlt`);
    const values = ['a', 'b', 'c'].map((each) => each.repeat(400_000));
    for (const value of [...values, randomBytes(700_000), 'e'])
      await produce(dlt, [letter({ topic, value })]);
    const report = await dlqJson(topic, ['replay', topic, ...YES]);
    expect(report).toMatchObject({
      replayed: 4,
      skipped: [{ reason: 'too-large', positions: [`${dlt}[0] at offset 3`] }],
    });
    expect((await committedValues(topic)).map((value) => value?.[0])).toEqual(['a', 'b', 'c', 'e']);
  });

  it('dlq replay does not start without a terminal to confirm on', async () => {
    const { topic, dlt } = await createTopics('unasked');
    await produce(dlt, [letter({ topic, value: 'a' })]);
    const { code, stdout, stderr } = await dlq(topic, ['replay', topic]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^.*--yes.*\n$/);
    expect(await committedValues(topic)).toEqual([]);
  });

  it('dlq replay is fenced, and reports it, when another replay of the topic starts', async () => {
    const { topic, dlt } = await createTopics('fenced');
    const values = Array.from({ length: 300 }, (_, i) => `v${i}`);
    await produce(
      dlt,
      values.map((value) => letter({ topic, value })),
    );
    const slow = new CliProcess(topic, ['replay', topic, '--rate', '2/s', ...YES]);
    await waitFor(async () => (await committedValues(topic)).length > 0, {
      what: 'the first records',
      timeoutMs: 60_000,
    });
    expect(await dlqJson(topic, ['replay', topic, ...YES])).toMatchObject({ ended: 'complete' });
    const { code, stderr } = await slow.ended();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: another process has taken over .*\n$/);
    expect(await committedValues(topic)).toEqual(values);
  });
});

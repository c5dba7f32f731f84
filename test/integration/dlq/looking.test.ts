import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { produce } from '../../support/kafka.js';
import { dlq, dlqJson, endProcesses } from './cli-process.js';
import { createTopics, letter } from './dead-letters.js';

jest.setTimeout(180_000);
beforeAll(() => Logger.overrideLogger(false));
afterEach(endProcesses);

const MORNING = new Date('2026-03-01T08:15:00Z');
const NOON = new Date('2026-03-01T12:59:59Z');

describe('dlq list', () => {
  it('dlq list counts dead letters by topic, reason and hour, and how many were replayed', async () => {
    const { topic, dlt } = await createTopics('counted', 2);
    await produce(dlt, [
      letter({ topic, value: 'a', failedAt: MORNING }),
      letter({ topic, value: 'b', failedAt: MORNING, partition: 1 }),
      letter({ topic, value: 'c', failedAt: NOON }),
      letter({ topic, value: 'd', failedAt: NOON, reason: 'PayloadError' }),
    ]);
    await dlqJson(topic, ['replay', topic, '--yes', '--reason', 'PayloadError']);
    const group = { topic: dlt, originalTopic: topic };
    expect(await dlqJson(topic, ['list', topic])).toEqual({
      deadLetters: 4,
      replayed: 1,
      groups: [
        { ...group, reason: 'PayloadError', hour: '2026-03-01T12:00Z', deadLetters: 1, replayed: 1 },
        { ...group, reason: 'TypeError', hour: '2026-03-01T08:00Z', deadLetters: 2, replayed: 0 },
        { ...group, reason: 'TypeError', hour: '2026-03-01T12:00Z', deadLetters: 1, replayed: 0 },
      ],
    });
    const { stdout } = await dlq(topic, ['list', topic]);
    expect(stdout).toMatch(/4 dead letters, 1 of them already replayed\.\n$/);
    expect(await dlqJson(topic, ['list', topic, '--since', '1h'])).toMatchObject({ deadLetters: 0 });
  });

  it('dlq list lists records with their keys, never their values', async () => {
    const { topic, dlt } = await createTopics('listed');
    await produce(dlt, [
      letter({ topic, value: 'a secret', key: 'x', failedAt: MORNING, offset: 41, replays: 1 }),
      letter({ topic, value: 'a secret', key: Buffer.from([255]) }),
    ]);
    expect(await dlqJson(topic, ['list', dlt, '--records', '--key', 'x'])).toEqual({
      total: 1,
      records: [
        {
          topic: dlt,
          partition: 0,
          offset: '0',
          key: 'x',
          originalTopic: topic,
          originalPartition: 0,
          originalOffset: '41',
          reason: 'TypeError',
          failedAt: MORNING.toISOString(),
          replays: 1,
          replayed: false,
        },
      ],
    });
    expect(await dlqJson(topic, ['list', dlt, '--records', '--key', 'base64:/w=='])).toMatchObject({
      total: 1,
    });
    const { stdout } = await dlq(topic, ['list', dlt, '--records', '--limit', '1']);
    expect(stdout).not.toContain('secret');
    expect(stdout).toMatch(/1 more; raise --limit/);
  });
});

describe('dlq show', () => {
  it('dlq show prints everything about a dead letter, but its value only on request', async () => {
    const { topic, dlt } = await createTopics('shown');
    const record = letter({ topic, value: 'a secret', failedAt: MORNING });
    await produce(dlt, [{ ...record, headers: { ...record.headers, trace: ['t1', 't2'] } }]);
    const args = ['show', topic, '0', '0'];
    const shown = await dlqJson(topic, args);
    expect(shown).toMatchObject({
      originalTopic: topic,
      reason: 'TypeError',
      message: 'it failed',
      attempts: 5,
      replayed: false,
      valueBytes: 8,
      headers: [
        { name: 'trace', value: 't1' },
        { name: 'trace', value: 't2' },
      ],
      stack: expect.stringContaining('at handle (payments.ts:1:1)'),
    });
    expect((await dlq(topic, args)).stdout).not.toContain('secret');
    expect((await dlq(topic, [...args, '--payload'])).stdout).toContain('a secret');

    await dlqJson(topic, ['replay', topic, '--yes']);
    expect(await dlqJson(topic, args)).toMatchObject({ replayed: true });
    const receipt = await dlq(topic, ['show', topic, '0', '1']);
    expect(receipt).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is a receipt: ${dlt}[0] at offset 0 was replayed to`),
    });
    const beyond = await dlq(topic, ['show', topic, '7', '0']);
    expect(beyond).toMatchObject({
      code: 1,
      stderr: `error: there is no dead letter in ${dlt}[7] at offset 0; "dlq list ${dlt} --records" lists their positions\n`,
    });
  });
});

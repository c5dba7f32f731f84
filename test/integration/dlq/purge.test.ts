import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { produce } from '../../support/kafka.js';
import { dlq, dlqJson, endProcesses } from './cli-process.js';
import { committed, createTopics, letter } from './dead-letters.js';

jest.setTimeout(180_000);
beforeAll(() => Logger.overrideLogger(false));
afterEach(endProcesses);

describe('dlq purge', () => {
  it('dlq purge deletes replayed records up to the first that was not, and reports what stays', async () => {
    const { topic, dlt } = await createTopics('purged', 3);
    await produce(dlt, [
      letter({ topic, value: 'a', key: 'go' }),
      letter({ topic, value: 'b', key: 'stay' }),
      letter({ topic, value: 'c', key: 'go' }),
      letter({ topic, value: 'd', key: 'go', partition: 1 }),
    ]);
    await dlqJson(topic, ['replay', topic, '--key', 'go', '--yes']);

    const refused = await dlq(topic, ['purge', topic]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await committed(dlt)).length).toBe(4 + 3);

    expect(await dlqJson(topic, ['purge', topic, '--yes'])).toEqual({
      deadLetterTopic: dlt,
      partitions: [
        { partition: 0, before: '1', deleted: 1, replayedThatStay: 1, waiting: 1 },
        { partition: 1, before: expect.any(String), deleted: 1, replayedThatStay: 0, waiting: 0 },
      ],
    });
    const left = (await committed(dlt)).filter(({ value }) => value !== null);
    expect(left.map(({ value }) => String(value))).toEqual(['b', 'c']);
    expect((await committed(dlt)).filter(({ partition }) => partition === 1)).toEqual([]);
    expect(await dlqJson(topic, ['replay', topic, '--yes'])).toMatchObject({
      replayed: 1,
      alreadyReplayed: 1,
    });
    expect(await dlqJson(topic, ['purge', topic, '--yes'])).toMatchObject({
      partitions: [{ deleted: 2, waiting: 0 }],
    });
    expect(await committed(dlt)).toEqual([]);
    expect(await dlqJson(topic, ['purge', topic, '--yes'])).toMatchObject({ partitions: [] });
  });
});

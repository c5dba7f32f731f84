import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ForeignClient } from '../../support/foreign-client.js';
import { endOffsets, produce, waitFor } from '../../support/kafka.js';
import { CliProcess, dlqJson, endProcesses } from './cli-process.js';
import { committedValues, createTopics, letter } from './dead-letters.js';

jest.setTimeout(240_000);

let java: ForeignClient;
beforeAll(async () => {
  Logger.overrideLogger(false);
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(endProcesses);

const RECORDS = 4_000;
const PARTITIONS = 2;

/** Number of records in a topic, including those of uncommitted transactions. */
async function written(topic: string): Promise<number> {
  return [...(await endOffsets(topic)).values()].reduce((sum, end) => sum + Number(end), 0);
}

describe('a replay that is interrupted', () => {
  it('a replay that is killed at any point loses and duplicates nothing when it is run again', async () => {
    const { topic, dlt } = await createTopics('killed', PARTITIONS);
    const ids = Array.from({ length: RECORDS }, (_, i) => `id-${i}`);
    await produce(
      dlt,
      ids.map((id, i) => letter({ topic, value: id, key: `k${i % 50}`, partition: i % PARTITIONS })),
    );
    const replay = (): CliProcess => new CliProcess(topic, ['replay', topic, '--yes', '--json']);

    let killed = 0;
    for (const share of [0.05, 0.2, 0.4, 0.6, 0.8]) {
      const before = await written(topic);
      const run = replay();
      await waitFor(async () => run.hasEnded || (await written(topic)) > Math.max(before, RECORDS * share), {
        what: `a share of ${share}`,
        timeoutMs: 60_000,
        everyMs: 1,
      });
      run.signal('SIGKILL');
      if ((await run.ended()).code === 'SIGKILL') killed++;
    }
    expect(killed).toBeGreaterThanOrEqual(3);

    const last = await replay().ended();
    expect(last).toMatchObject({ code: 0, stderr: '' });
    const report: unknown = JSON.parse(last.stdout);
    expect(report).toMatchObject({ ended: 'complete', skipped: [] });
    const values = await committedValues(topic);
    expect(values.toSorted()).toEqual(ids.toSorted());
    // What Kafka's own consumer reads.
    let seen = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      seen += (await java.read(topic, partition, 'read_committed')).length;
    }
    expect(seen).toBe(RECORDS);
    expect(await dlqJson(topic, ['list', topic])).toMatchObject({ deadLetters: RECORDS, replayed: RECORDS });
    expect(await dlqJson(topic, ['replay', topic, '--yes'])).toMatchObject({
      replayed: 0,
      alreadyReplayed: RECORDS,
    });
  });

  it('a replay that receives SIGTERM ends after the transaction in progress, and reports it', async () => {
    const { topic, dlt } = await createTopics('stopped');
    await produce(
      dlt,
      Array.from({ length: 200 }, (_, i) => letter({ topic, value: `v${i}` })),
    );
    const run = new CliProcess(topic, ['replay', topic, '--rate', '5/s', '--yes', '--json']);
    await waitFor(async () => (await written(topic)) > 0, { what: 'the first records', timeoutMs: 60_000 });
    run.signal('SIGTERM');
    const { code, stdout } = await run.ended();
    expect(code).toBe(0);
    const report: unknown = JSON.parse(stdout);
    const values = await committedValues(topic);
    expect(report).toMatchObject({ ended: 'interrupted', replayed: values.length });
    expect(values.length).toBeLessThan(200);
  });
});

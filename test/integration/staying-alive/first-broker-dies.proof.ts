import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { PermanentError } from '../../../src/transport/index.js';
import { waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { CliProcess, endProcesses, GROUP } from '../dlq/cli-process.js';
import { probe } from '../health/probe.js';
import { OwnKafka, QUICK_SESSION } from './own-kafka.js';

jest.setTimeout(180_000);

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.start({ brokers: 3 });
}, 120_000);
afterEach(async () => {
  await stopServices();
  await endProcesses();
});
afterAll(() => kafka.stop());

/** The test's own client fails when it asks the dead broker. */
async function areLedByOthers(topics: string[]): Promise<boolean> {
  const { nodeId } = kafka.broker;
  const admin = kafkaClient(kafka.bootstrap, 10);
  const metadata = await withAdmin(admin, (each) => each.fetchTopicMetadata({ topics })).catch(
    () => undefined,
  );
  return (
    metadata?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader !== nodeId)) ?? false
  );
}

test('after the first broker of KAFKA_BROKERS has died, records can be dead-lettered, parked and replayed', async () => {
  const [dead, parked] = [await kafka.createTopic('dead'), await kafka.createTopic('parked')];
  const env = { ...QUICK_SESSION, KAFKA_BROKERS: kafka.bootstrap };
  let isGood = false;
  const handled: unknown[] = [];
  const handle = (payload: unknown): void => {
    if (!isGood) throw new PermanentError('not good yet');
    handled.push(payload);
  };
  const park = { onFailure: 'park', retry: { attempts: 1 } } as const;
  const service = await startHandlers(
    [
      { topic: dead, handle },
      { topic: parked, handle, options: park },
    ],
    { groupId: GROUP, env },
  );
  await service.joined();
  await kafka.broker.kill();
  await waitFor(() => areLedByOthers([dead, parked]), { what: 'the other leaders', timeoutMs: 60_000 });

  await kafka.produce(dead, [{ key: 'a', value: '1' }]);
  await kafka.produce(parked, [{ key: 'b', value: '2' }]);
  const isStored = async (): Promise<boolean> =>
    (await kafka.committed(GROUP, dead)) === 1n && (await kafka.committed(GROUP, parked)) === 1n;
  await waitFor(isStored, { what: 'both records to be stored', timeoutMs: 90_000 });
  expect(await probe(service.url, 'live')).toMatchObject({ up: true });
  expect((await readTopic(`${dead}.dlt`, kafka.bootstrap)).map(({ value }) => String(value))).toEqual(['1']);

  isGood = true;
  const list = await new CliProcess(dead, ['list', dead, '--json'], env).ended();
  expect(JSON.parse(list.stdout)).toMatchObject({ deadLetters: 1, replayed: 0 });
  const replay = await new CliProcess(dead, ['replay', dead, '--yes', '--json'], env).ended();
  expect(replay).toMatchObject({ code: 0 });
  const release = await new CliProcess(parked, ['parked', 'release', 'b', '--topic', parked], env).ended();
  expect(release).toMatchObject({ code: 0 });
  await waitFor(() => handled.length === 2, { what: 'both to be handled', timeoutMs: 60_000 });
  expect(handled.toSorted()).toEqual(['1', '2']);
});

import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { endProcesses } from '../../support/main-process.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import { ServiceProcess } from '../stopping/service-process.js';
import { podOf } from '../kubernetes/pod.js';

jest.setTimeout(360_000);

const MEGABYTE = 1_048_576;
const COUNT = 10;

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.startForRecordsOf(120 * MEGABYTE);
}, 150_000);
afterEach(endProcesses);
afterAll(() => kafka.stop());

test('texts of 50 MB that are no use to their handler become dead letters within the memory of the pod', async () => {
  const topic = await kafka.createTopic('large');
  for (let at = 0; at < COUNT; at++) {
    await kafka.produce(topic, [JSON.stringify({ kind: 'ok', secret: 'x'.repeat(50 * MEGABYTE) })]);
  }
  const { container, environment } = await podOf('production');
  const groupId = uniqueName('group');
  const service = new ServiceProcess({
    topic,
    groupId,
    processing: '../telemetry/logging-handlers.mjs',
    env: {
      KAFKA_BROKERS: kafka.bootstrap,
      KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
      NODE_OPTIONS: environment['NODE_OPTIONS'] ?? '',
    },
  });
  await waitFor(async () => (await kafka.committed(groupId, topic)) === BigInt(COUNT), {
    what: `all of them to become dead letters:\n${service.output.slice(-2_000)}`,
    timeoutMs: 300_000,
  });
  expect(service.output.match(/is a dead letter now/g)).toHaveLength(COUNT);
  expect(container.resources.limits['memory']).toBe('768Mi');
  expect(service.peakBytes).toBeLessThan(768 * MEGABYTE);
});

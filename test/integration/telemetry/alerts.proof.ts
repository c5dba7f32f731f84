/** Each alert of deploy/monitoring/rules.yaml is provoked, raised by a Prometheus that scrapes the service, and resolved. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type KafkaHandlerOptions, PermanentError } from '../../../src/transport/index.js';
import { useAdmin } from '../../support/kafka-clients.js';
import { createTopic, produce, uniqueName } from '../../support/kafka.js';
import { Gate } from '../confirming/gate.js';
import {
  type Handle,
  type HandlerService,
  startHandlers,
  stopServices,
} from '../confirming/handler-service.js';
import { release } from '../failing/release.js';
import { OwnKafka, QUICK_SESSION } from '../staying-alive/own-kafka.js';
import { Alarm, prometheusFolder, stopAlarms } from './alarm.js';

jest.setTimeout(240_000);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  await stopAlarms();
  await stopServices();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const env = { KAFKA_LAG_REFRESH_MS: '200' };
const retry = { attempts: 2, initialMs: 10, maxMs: 200 };

interface Watched {
  readonly topic: string;
  readonly service: HandlerService;
  readonly alarm: Alarm;
}

/** A service with one handler that has joined, and a Prometheus that has seen its counters at 0. */
async function watch(
  handle: Handle,
  options: KafkaHandlerOptions = {},
  more: Readonly<Record<string, string>> = {},
): Promise<Watched> {
  const topic = await createTopic(uniqueName('alert'));
  const service = await startHandlers([{ topic, options, handle }], { env: { ...env, ...more } });
  await service.joined();
  const alarm = await Alarm.over(service.url);
  await alarm.hasScraped(`kafka_consumer_records_total{topic="${topic}"}`);
  return { topic, service, alarm };
}

/** Calls until it is told to stop. */
function again(everyMs: number, call: () => unknown): () => Promise<void> {
  const over = new AbortController();
  const done = (async () => {
    while (!over.signal.aborted) {
      await call();
      await sleep(everyMs);
    }
  })();
  return async () => {
    over.abort();
    await done;
  };
}

async function ownKafka(): Promise<OwnKafka> {
  const kafka = await OwnKafka.start();
  cleanups.push(() => kafka.stop());
  return kafka;
}

const watchOn = async (kafka: OwnKafka): Promise<Watched> => {
  const topic = await kafka.createTopic('alert');
  const service = await startHandlers([{ topic, handle: () => undefined }], {
    env: { ...env, ...QUICK_SESSION, KAFKA_BROKERS: kafka.bootstrap },
  });
  await service.joined();
  const alarm = await Alarm.over(service.url);
  await alarm.hasScraped(`kafka_consumer_records_total{topic="${topic}"}`);
  return { topic, service, alarm };
};

const describeWithPrometheus = prometheusFolder === undefined ? describe.skip : describe;

describeWithPrometheus('raised by a real Prometheus, and ended by what the runbook says:', () => {
  test('the alert KafkaConsumerStuck is raised by a waiting handler, until it returns', async () => {
    const gate = new Gate();
    const { topic, alarm } = await watch(() => gate.opened, { order: 'partition' });
    await produce(topic, ['a', 'b', 'c']);
    expect(await alarm.raised('KafkaConsumerStuck')).toMatchObject({ topic, severity: 'critical' });
    gate.open();
    await alarm.ended('KafkaConsumerStuck');
  });

  test('the alert KafkaConsumerStalled is raised by one failing key while others continue, until its handler is fixed', async () => {
    let isMended = false;
    const { topic, alarm } = await watch(
      (payload) => {
        if (payload === 'bad' && !isMended) throw new Error('not yet');
      },
      { retry: { attempts: Infinity, initialMs: 50, maxMs: 200 } },
    );
    await produce(topic, [{ key: 'bad', value: 'bad' }]);
    const stop = again(200, () => produce(topic, [{ key: 'good', value: 'good' }]));
    expect(await alarm.raised('KafkaConsumerStalled')).toMatchObject({ topic, partition: '0' });
    isMended = true;
    await alarm.ended('KafkaConsumerStalled');
    await stop();
  });

  test('the alert KafkaConsumerLagGrowing is raised by a handler that is slower than the producers, until it is fast enough', async () => {
    let slowMs = 200;
    const { topic, alarm } = await watch(() => sleep(slowMs), { order: 'partition' });
    const timestamp = String(Date.now() - 60_000);
    const stop = again(200, () =>
      produce(
        topic,
        Array.from({ length: 10 }, (_, n) => ({ value: `${n}`, timestamp })),
      ),
    );
    expect(await alarm.raised('KafkaConsumerLagGrowing')).toMatchObject({ topic, severity: 'warning' });
    slowMs = 0;
    await alarm.ended('KafkaConsumerLagGrowing');
    await stop();
  });

  test('the alert KafkaConsumerDeadLetters is raised by invalid records, until no more arrive', async () => {
    const handle = (): never => {
      throw new PermanentError('no such customer');
    };
    const { topic, alarm } = await watch(handle);
    await produce(topic, ['a', 'b']);
    expect(await alarm.raised('KafkaConsumerDeadLetters')).toMatchObject({ topic, reason: 'permanent' });
    await alarm.ended('KafkaConsumerDeadLetters');
  });

  test('the alert KafkaConsumerRestarts is raised by a group without offsets and without a reset policy, until it is stopped', async () => {
    const topic = await createTopic(uniqueName('alert'));
    await produce(topic, ['a']);
    const service = await startHandlers([{ topic, handle: () => undefined }], {
      env: { ...env, KAFKA_AUTO_OFFSET_RESET: 'none' },
    });
    const alarm = await Alarm.over(service.url);
    expect(await alarm.raised('KafkaConsumerRestarts')).toMatchObject({ group: service.groupId });
    await stopServices();
    await alarm.ended('KafkaConsumerRestarts');
  });

  test('the alert KafkaConsumerRebalanceStorm is raised by members that keep joining and leaving, until they stay', async () => {
    const { topic, service, alarm } = await watch(() => undefined);
    const stop = again(0, async () => {
      const spec = { topic, handle: () => undefined };
      const other = await startHandlers([spec], { env, groupId: service.groupId });
      await other.joined();
      await other.stop(500);
    });
    expect(await alarm.raised('KafkaConsumerRebalanceStorm')).toMatchObject({ group: service.groupId });
    await stop();
    await alarm.ended('KafkaConsumerRebalanceStorm');
  });

  test('the alert KafkaConsumerBlocked is raised by a release that fails every record, until its dependency is back', async () => {
    let isMended = false;
    const handle = (): void => {
      if (!isMended) throw new Error('the database is away');
    };
    const { topic, service, alarm } = await watch(handle, { retry, deadLetterLimit: { consecutive: 3 } });
    await produce(
      topic,
      Array.from({ length: 20 }, (_, n) => ({ key: `k${n}`, value: `${n}` })),
    );
    expect(await alarm.raised('KafkaConsumerBlocked')).toMatchObject({
      group: service.groupId,
      kind: 'circuit-breaker',
    });
    isMended = true;
    await alarm.ended('KafkaConsumerBlocked');
  });

  test('the alert KafkaConsumerCommitsFailing is raised by a coordinator that cannot store offsets, until it can', async () => {
    const kafka = await ownKafka();
    const { topic, service, alarm } = await watchOn(kafka);
    const settings = { 'cleanup.policy': 'compact' };
    await kafka.configure('__consumer_offsets', { ...settings, 'max.message.bytes': '1' });
    const stop = again(500, () => kafka.produce(topic, ['a']));
    expect(await alarm.raised('KafkaConsumerCommitsFailing')).toMatchObject({ group: service.groupId });
    await kafka.configure('__consumer_offsets', settings);
    await alarm.ended('KafkaConsumerCommitsFailing');
    await stop();
  });

  test('the alert KafkaConsumerUnassigned is raised by a missing topic, until it is created', async () => {
    const topic = uniqueName('missing');
    const service = await startHandlers([{ topic, handle: () => undefined }], { env });
    const alarm = await Alarm.over(service.url);
    expect(await alarm.raised('KafkaConsumerUnassigned')).toMatchObject({ group: service.groupId });
    await createTopic(topic);
    await alarm.ended('KafkaConsumerUnassigned');
  });

  test('the alert KafkaConsumerEventLoopBlocked is raised by a handler that blocks the event loop, until it has finished', async () => {
    const { topic, alarm } = await watch(() => {
      for (const until = performance.now() + 2_000; performance.now() < until;);
    });
    await produce(topic, ['compute']);
    expect(await alarm.raised('KafkaConsumerEventLoopBlocked')).toHaveProperty('instance');
    await alarm.ended('KafkaConsumerEventLoopBlocked');
  });

  test('the alert KafkaConsumerTopicProblems is raised by a compacted dead-letter topic, until all reported settings are corrected', async () => {
    const handle = (): never => {
      throw new PermanentError('not this one');
    };
    const { topic, service, alarm } = await watch(handle, {}, { KAFKA_CORRECT_TOPIC_SETTINGS: 'false' });
    await createTopic(`${topic}.dlt`, { config: { 'cleanup.policy': 'compact' } });
    await produce(topic, ['bad']);
    expect(await alarm.raised('KafkaConsumerTopicProblems')).toMatchObject({ severity: 'warning' });
    const { problems } = service.runtime.ownTopics;
    const configEntries = problems.map(({ setting, wanted }) => ({ name: setting, value: wanted }));
    await useAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: `${topic}.dlt`, configEntries }],
      }),
    );
    await alarm.ended('KafkaConsumerTopicProblems');
  });

  test('the alert KafkaConsumerRecordsParked is raised by a parked key, until it is released', async () => {
    let isMended = false;
    const handle = (): void => {
      if (!isMended) throw new Error('no such account');
    };
    const { topic, service, alarm } = await watch(handle, { onFailure: 'park', retry });
    await produce(topic, [{ key: 'a', value: 'a1' }]);
    expect(await alarm.raised('KafkaConsumerRecordsParked')).toMatchObject({ topic, severity: 'info' });
    isMended = true;
    await release(topic, service.groupId, 'a');
    await alarm.ended('KafkaConsumerRecordsParked');
  });
});

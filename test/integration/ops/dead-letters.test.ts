import { afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { ConflictException, Controller, Logger } from '@nestjs/common';
import { KafkaHandler } from '../../../src/transport/index.js';
import {
  DeadLetterAnswer,
  DeadLetters,
  ReplayAnswer,
} from '../../../src/ops/dead-letters/dead-letters.schemas.js';
import { ReplayService } from '../../../src/ops/dead-letters/replay.service.js';
import { OpsModule } from '../../../src/ops/ops.module.js';
import { createTopic, endOffsets, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startService } from '../../support/service.js';
import { GROUP } from '../dlq/cli-process.js';
import { letter } from '../dlq/dead-letters.js';
import { endProcesses } from '../../support/main-process.js';
import { Scene, TOKEN } from './ops-process.js';

jest.setTimeout(180_000);
beforeAll(() => Logger.overrideLogger(false));
afterEach(endProcesses);

test('dead letters are counted, dry-run and replayed over HTTP, and the audit log names who did so', async () => {
  const scene = await Scene.create();
  const topic = scene.topic('orders');
  const service = scene.start();
  await scene.send('orders', [{ id: 'o1', fails: true }, { id: 'o2' }, { id: 'o3', fails: true }]);
  await produce(topic, [{ key: 'secret-key', value: 'no JSON but a secret' }]);
  const list = async (query: string) => {
    const { status, body } = await service.ask('GET', `dead-letters?${query}`);
    expect(status).toBe(200);
    return DeadLetters.parse(body);
  };
  await waitFor(async () => (await endOffsets(`${topic}.dlt`)).get(0) === 3n, { what: 'the dead letters' });

  const dlt = { topic: `${topic}.dlt`, originalTopic: topic };
  const counts = await list(`topic=${topic}`);
  expect(counts).toMatchObject({ deadLetters: 3, replayed: 0 });
  expect(counts.groups).toMatchObject([
    { ...dlt, reason: 'PayloadError', deadLetters: 1 },
    { ...dlt, reason: 'TypeError', deadLetters: 2 },
  ]);
  expect(counts.records).toBeUndefined();
  const listed = await list(`topic=${topic}&reason=TypeError&since=1h&records=true&limit=1`);
  expect(listed).toMatchObject({ deadLetters: 2, records: [{ ...dlt, partition: 0, originalPartition: 0 }] });
  expect(JSON.stringify(listed)).not.toContain('secret');
  const { partition, offset } = listed.records?.[0] ?? {};
  const shown = await service.ask(
    'GET',
    `dead-letters/record?topic=${topic}&partition=${partition}&offset=${offset}`,
  );
  expect(DeadLetterAnswer.parse(shown.body)).toMatchObject({
    ...dlt,
    offset,
    reason: 'TypeError',
    replayed: false,
  });
  expect(DeadLetterAnswer.parse(shown.body).stack).toMatch(/^TypeError: o[13] is broken\n\s+at /);
  expect(JSON.stringify(shown.body)).not.toContain('secret');
  expect((await list(`topic=${topic}&key=${encodeURIComponent('secret-key-of-o3')}`)).deadLetters).toBe(1);

  const dry = await service.ask('POST', 'dead-letters/replay', { topic });
  expect(ReplayAnswer.parse(dry.body)).toMatchObject({
    dryRun: true,
    wouldReplay: 3,
    wouldPass: 2,
    wouldFail: [{ reason: expect.stringContaining('PayloadError'), count: 1 }],
  });
  expect(JSON.stringify(dry.body)).not.toContain('secret');
  expect((await endOffsets(topic)).get(0)).toBe(4n);
  expect(service.audit).toEqual([]);

  scene.fix();
  const request = { topic, reason: 'TypeError', dryRun: false };
  const key = 'secret-key-of-o1';
  const sent = await service.ask('POST', 'dead-letters/replay', { ...request, key, limit: 1 });
  expect(ReplayAnswer.parse(sent.body)).toMatchObject({ dryRun: false, replayed: 1, ended: 'limit' });
  const rest = await service.ask('POST', 'dead-letters/replay', request);
  expect(ReplayAnswer.parse(rest.body)).toMatchObject({ replayed: 1, alreadyReplayed: 1, ended: 'complete' });
  await waitFor(() => service.handled.includes('o3'), { what: 'the replayed record' });
  expect(service.handled).toEqual(['o2', 'o1', 'o3']);
  expect(await list(`topic=${topic}`)).toMatchObject({ deadLetters: 3, replayed: 2 });

  const parameters = { topic, reason: 'TypeError', maxReplays: 3, dryRun: false };
  const hidden = expect.stringMatching(/^sha256:\w{12}$/);
  expect(service.audit).toMatchObject([
    { what: 'replay', outcome: 'begun', parameters: { ...parameters, limit: 1, key: hidden } },
    { what: 'replay', outcome: 'done', result: { replayed: 1, ended: 'limit' } },
    { what: 'replay', outcome: 'begun', parameters: { ...parameters, limit: 1_000 } },
    { what: 'replay', outcome: 'done', result: { replayed: 1, ended: 'complete' } },
  ]);
  expect(service.output).not.toContain('secret-key');
  expect(service.output).not.toContain(TOKEN);
});

test('parked keys are listed and released in order over HTTP', async () => {
  const scene = await Scene.create();
  const topic = scene.topic('accounts');
  const service = scene.start();
  await scene.send('accounts', [
    { id: 'a1', key: 'secret-a', fails: true },
    { id: 'b1', key: 'b' },
    { id: 'a2', key: 'secret-a' },
  ]);
  const parked = {
    topic: `${topic}.${scene.groupId}.parked`,
    partition: 0,
    key: 'secret-a',
    records: 2,
    oldestOffset: '0',
    since: expect.any(String),
    reason: 'TypeError',
    message: 'a1 is broken',
    releasing: false,
  };
  const list = () => service.ask('GET', `parked?topic=${topic}`);
  await waitFor(async () => JSON.stringify(await list()).includes('"records":2'), { what: 'the parked key' });
  expect(await list()).toEqual({ status: 200, body: { keys: [parked] } });
  const records = await service.ask('GET', `parked/records?topic=${topic}&key=secret-a`);
  expect(records.body).toMatchObject({
    records: [
      {
        originalOffset: '0',
        message: 'a1 is broken',
        stack: expect.stringMatching(/^TypeError: a1 is broken\n\s+at /),
      },
      { originalOffset: '2' },
    ],
  });
  scene.fix();
  expect(await service.ask('POST', 'parked/release', { key: 'secret-a', topic })).toEqual({
    status: 200,
    body: { records: 2, keys: [parked] },
  });
  await waitFor(() => service.handled.includes('a2'), { what: 'the release' });
  expect(service.handled).toEqual(['b1', 'a1', 'a2']);
  await waitFor(async () => JSON.stringify((await list()).body) === '{"keys":[]}', {
    what: 'the end of the release',
  });
  expect(service.audit).toMatchObject([
    {
      what: 'release',
      parameters: { topic, key: expect.stringMatching(/^sha256:/) },
      result: { records: 2, keys: 1 },
    },
  ]);
  expect(service.output).not.toContain('secret-a');
});

test('a process runs one replay at a time, and a shutdown ends it without losing or duplicating records', async () => {
  const topic = await createTopic(uniqueName('bounded'));
  const dlt = await createTopic(`${topic}.dlt`);
  await produce(
    dlt,
    Array.from({ length: 500 }, (_, id) => letter({ topic, value: String(id) })),
  );
  @Controller()
  class BoundedController {
    @KafkaHandler(topic)
    handle(): void {}
  }
  const start = () =>
    startService(
      { imports: [OpsModule], controllers: [BoundedController] },
      { OPS_TOKEN: TOKEN, KAFKA_GROUP_ID: GROUP },
    );
  const service = await start();
  const replays = service.app.get(ReplayService);
  const request = { topic, limit: 10_000, maxReplays: 3, dryRun: false };
  const never = new AbortController().signal;
  const running = replays.run(request, never);
  await expect(replays.run({ ...request, dryRun: true }, never)).rejects.toThrow(ConflictException);
  const [outcome] = await Promise.all([running, service.stop()]);
  expect(outcome).toMatchObject({ dryRun: false, ended: 'interrupted' });

  const next = await start();
  const rest = await next.app.get(ReplayService).run(request, never);
  await next.stop();
  const counts = [outcome, rest].map((each) => ('replayed' in each ? each.replayed : 0));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
});

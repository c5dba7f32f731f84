import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { endProcesses } from '../../support/main-process.js';
import { ServiceProcess } from '../stopping/service-process.js';

jest.setTimeout(90_000);
afterEach(endProcesses);

const processing = '../telemetry/logging-handlers.mjs';

/** The lines that a service has written, as JSON. */
function linesOf({ output }: ServiceProcess): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function start(values: readonly string[], batch: readonly string[] = []) {
  const topic = await createTopic(uniqueName('logging'));
  await createTopic(`${topic}.batch`);
  const groupId = uniqueName('group');
  await produce(topic, values);
  if (batch.length > 0) await produce(`${topic}.batch`, batch);
  const env = { KAFKA_AUTO_COMMIT_INTERVAL_MS: '200' };
  const service = new ServiceProcess({ topic, groupId, processing, env });
  for (const each of [topic, `${topic}.batch`]) {
    await waitFor(() => isCaughtUp(groupId, each), { what: `the end of ${each}`, timeoutMs: 40_000 });
  }
  return { topic, service };
}

describe('a line within a handler', () => {
  test('a log line within a handler names its record, even after an await, in each attempt, and with concurrent records', async () => {
    const record = (kind: string, id: number) => JSON.stringify({ kind, secret: '', id });
    const { topic, service } = await start([
      record('ok', 0),
      record('retry', 1),
      record('ok', 2),
      record('dead', 3),
    ]);
    const lines = linesOf(service).filter(({ context }) => context === 'Feature');
    const at = { topic, partition: 0, handler: 'LoggingController.handle' };
    for (const offset of ['0', '2', '3']) {
      const kind = offset === '3' ? 'dead' : 'ok';
      expect(lines.filter((line) => line['offset'] === offset)).toMatchObject([
        { ...at, attempt: 1, msg: `begins ${kind}` },
        { ...at, attempt: 1, msg: `goes on ${kind}` },
      ]);
    }
    expect(lines.filter(({ offset }) => offset === '1')).toMatchObject(
      [1, 2, 3].flatMap((attempt) => [
        { ...at, attempt, msg: 'begins retry' },
        { ...at, attempt, msg: 'goes on retry' },
      ]),
    );
    expect(lines).toHaveLength(12);
  });

  test('a log line within a batch handler names the first record and the size of the batch', async () => {
    const { topic, service } = await start([], ['a', 'b', 'c']);
    const line = linesOf(service).find(({ context }) => context === 'Feature');
    expect(line).toMatchObject({
      topic: `${topic}.batch`,
      partition: 0,
      offset: '0',
      records: 3,
      handler: 'LoggingController.handleBatch',
      attempt: 1,
    });
  });
});

describe('lines of the runtime', () => {
  test('log lines of the runtime do not name a record that a handler is working on', async () => {
    const { service } = await start(
      Array.from({ length: 50 }, (_, id) => JSON.stringify({ kind: 'ok', secret: '', id })),
    );
    service.signal('SIGTERM');
    expect(await service.ended()).toBe(0);
    const others = linesOf(service).filter(({ context }) => context !== 'Feature');
    expect(others.length).toBeGreaterThan(0);
    for (const line of others) expect(line).not.toHaveProperty('offset');
  });

  test('repeated log lines of the runtime are summarized', async () => {
    const { topic, service } = await start(Array.from({ length: 100 }, () => 'no JSON'));
    const given = () => linesOf(service).filter(({ msg }) => String(msg).includes('is a dead letter now'));
    expect(given()).toHaveLength(10);
    const at = { topic, partition: 0, handler: 'LoggingController.handle', errorClass: 'PayloadError' };
    expect(given()).toMatchObject(Array.from({ length: 10 }, () => at));
    expect(given().filter((line) => 'stack' in line)).toEqual([
      expect.objectContaining({ offset: expect.any(String) }),
    ]);
    const summary = `${topic}: 90 more lines of failed records (dead-letter) were left out in 10 s`;
    await waitFor(() => linesOf(service).some(({ msg }) => msg === summary), { what: 'the summary' });
  });
});

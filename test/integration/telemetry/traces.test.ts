import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  createTopic,
  isCaughtUp,
  produce,
  type TestRecord,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { endProcesses } from '../../support/main-process.js';
import { ServiceProcess } from '../stopping/service-process.js';
import { Collector, type ReceivedSpan } from './collector.js';

jest.setTimeout(120_000);

const CONSUMER = 5;
const ERROR = 2;
const SECRET = 'hunter2-must-not-be-seen';
const processing = '../telemetry/logging-handlers.mjs';

let collector: Collector;
beforeEach(async () => {
  collector = await Collector.start();
});
afterEach(async () => {
  await endProcesses();
  await collector.stop();
});

const traceIdOf = (at: number): string => `${at}`.repeat(32);
const parentIdOf = (at: number): string => `${at}`.repeat(16);
const traced = (value: string, at: number): TestRecord => ({
  key: SECRET,
  value,
  headers: { traceparent: `00-${traceIdOf(at)}-${parentIdOf(at)}-01`, own: Buffer.from([0xff, 0]) },
});
const valueOf = (kind: string): string => JSON.stringify({ kind, secret: SECRET, id: 1 });

interface Run {
  readonly topic: string;
  readonly groupId: string;
  readonly lines: readonly Record<string, unknown>[];
}

/** Runs the service until it has handled the whole topic, and stops it. */
async function run(
  part: '' | '.batch' | '.later',
  records: readonly TestRecord[],
  named: Readonly<Record<string, string>> = { OTEL_SERVICE_NAME: 'the-service' },
): Promise<Run> {
  const name = uniqueName('traced');
  const topic = await createTopic(`${name}${part}`);
  await produce(topic, records);
  const groupId = uniqueName('group');
  const env = {
    KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
    KAFKA_TOPIC_REFRESH_MS: '200',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer token',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=of-the-attributes',
    ...named,
  };
  const service = new ServiceProcess({ topic: name, groupId, processing, env });
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end', timeoutMs: 40_000 });
  if (part === '.later') {
    await waitFor(async () => (await readTopic(`${topic}.dlt`)).length > 0, {
      what: 'the dead letter',
      timeoutMs: 40_000,
    });
  }
  service.signal('SIGTERM');
  expect(await service.ended()).toBe(0);
  const lines = service.output.split('\n').filter((line) => line.startsWith('{'));
  return { topic, groupId, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** The spans of one trace, in the order of their attempts. */
function spansOf(traceId: string): ReceivedSpan[] {
  const attempt = (span: ReceivedSpan): number => Number(span.attributes['kafka_consumer.attempt']);
  return collector.spans
    .filter((span) => span.traceId === traceId)
    .toSorted((a, b) => attempt(a) - attempt(b));
}

describe('a record with a trace', () => {
  test('a record with a trace has a span below its producer’s, and log lines with the trace id', async () => {
    const { topic, groupId, lines } = await run('', [traced(valueOf('ok'), 1)]);
    const [span, ...others] = spansOf(traceIdOf(1));
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      parentSpanId: parentIdOf(1),
      name: `process ${topic}`,
      kind: CONSUMER,
      status: {},
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': '0',
        'messaging.consumer.group.name': groupId,
        'messaging.kafka.offset': 0,
        'code.function.name': 'LoggingController.handle',
        'kafka_consumer.attempt': 1,
      },
      resource: { 'service.name': 'the-service', 'deployment.environment.name': 'test' },
    });
    const said = lines.filter(({ context }) => context === 'Feature');
    expect(said).toHaveLength(2);
    for (const line of said) expect(line).toMatchObject({ traceId: traceIdOf(1), spanId: span?.spanId });
    expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer token' });
    expect(collector.text).not.toContain(SECRET);
  });

  test('each attempt of a record has a span, and its dead letter continues the trace of the last one', async () => {
    const { topic } = await run('', [traced(valueOf('retry'), 2)], {});
    const spans = spansOf(traceIdOf(2));
    expect(spans[0]?.resource).toMatchObject({ 'service.name': 'of-the-attributes' });
    expect(spans.map(({ attributes }) => attributes['kafka_consumer.attempt'])).toEqual([1, 2, 3]);
    for (const span of spans) {
      expect(span).toMatchObject({
        parentSpanId: parentIdOf(2),
        status: { code: ERROR, message: 'told by the handler' },
        attributes: { 'error.type': 'Error' },
      });
    }
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.headers['traceparent']).toBe(`00-${traceIdOf(2)}-${spans[2]?.spanId}-01`);
    expect(letter?.raw.headers?.['own']).toEqual(Buffer.from([0xff, 0]));
  });

  test('a trace continues through a retry topic', async () => {
    const { topic } = await run('.later', [traced('x', 3)]);
    const spans = spansOf(traceIdOf(3));
    const first = spans.find(({ parentSpanId }) => parentSpanId === parentIdOf(3));
    const second = spans.find(({ parentSpanId }) => parentSpanId === first?.spanId);
    expect(spans).toHaveLength(2);
    expect(first?.attributes['messaging.destination.name']).toBe(topic);
    expect(second?.attributes['messaging.destination.name']).toContain(`${topic}.`);
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.headers['traceparent']).toBe(`00-${traceIdOf(3)}-${second?.spanId}-01`);
  });
});

describe('a batch', () => {
  test('a batch has a span that is linked to the spans that produced its records', async () => {
    const { topic } = await run('.batch', [traced('a', 4), { value: 'b' }, traced('c', 5)]);
    const [span, ...others] = collector.spans;
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      parentSpanId: undefined,
      name: `process ${topic}`,
      attributes: { 'messaging.batch.message_count': 3 },
    });
    expect(span?.links.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([
      [traceIdOf(4), parentIdOf(4)],
      [traceIdOf(5), parentIdOf(5)],
    ]);
  });
});

describe('without a collector', () => {
  test('without a collector only the OpenTelemetry API that prom-client needs is loaded, and headers stay unchanged', async () => {
    const topic = await createTopic(uniqueName('untraced'));
    await produce(topic, [traced(valueOf('dead'), 6)]);
    const groupId = uniqueName('group');
    const hook =
      'import{registerHooks}from"node:module";registerHooks({load(u,c,n){if(/@opentelemetry.(?!api)/.test(u))console.error("LOADED",u);return(n(u,c))}})';
    const env = {
      KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
    };
    const service = new ServiceProcess({ topic, groupId, processing, env });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end', timeoutMs: 40_000 });
    expect(service.output).toContain('is a dead letter now');
    expect(service.output).not.toContain('LOADED');
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.headers['traceparent']).toBe(`00-${traceIdOf(6)}-${parentIdOf(6)}-01`);
  });
});

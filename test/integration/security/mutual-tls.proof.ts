import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import { type ClientCertificate, clientCertificate } from './certificates.js';

jest.setTimeout(60_000);

let client: ClientCertificate;
let open: OwnKafka;
let demanding: OwnKafka;
beforeAll(async () => {
  client = await clientCertificate();
  const properties = {
    'listener.name.secure.ssl.client.auth': 'required',
    'listener.name.secure.ssl.truststore.type': 'PEM',
    'listener.name.secure.ssl.truststore.location': client.authorityFile,
  };
  [open, demanding] = await Promise.all([
    OwnKafka.start({ tls: true }),
    OwnKafka.start({ tls: true, properties }),
  ]);
}, 150_000);
afterEach(stopServices);
afterAll(() => Promise.all([open.stop(), demanding.stop(), client.remove()]));

function trusting({ cluster }: OwnKafka): Record<string, string> {
  return {
    KAFKA_BROKERS: cluster.secure?.bootstrap ?? '',
    KAFKA_SECURITY_PROTOCOL: 'SSL',
    KAFKA_SSL_CA_FILE: cluster.secure?.caFile ?? '',
  };
}

async function expectToRead(kafka: OwnKafka, env: Record<string, string>): Promise<void> {
  const topic = await kafka.createTopic('tls');
  await kafka.produce(topic, ['a', 'b']);
  const handled: unknown[] = [];
  const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
  const { url, groupId } = await startHandlers([spec], { env });
  await waitFor(async () => (await kafka.committed(groupId, topic)) === 2n, { what: 'the commit' });
  expect(handled).toEqual(['a', 'b']);
  expect(await downProbes(url)).toEqual({});
}

describe('TLS', () => {
  test('TLS with the CA certificate in a file reads and commits', async () => {
    await expectToRead(open, trusting(open));
  });

  test('mutual TLS with a client certificate and an encrypted key reads and commits', async () => {
    await expectToRead(demanding, {
      ...trusting(demanding),
      KAFKA_SSL_CERT_FILE: client.certificateFile,
      KAFKA_SSL_KEY_FILE: client.keyFile,
      KAFKA_SSL_KEY_PASSPHRASE: client.passphrase,
    });
  });

  test('a client without the required certificate is rejected, and startup says so', async () => {
    const topic = await demanding.createTopic('refused');
    const { url } = await startHandlers([{ topic, handle: () => undefined }], { env: trusting(demanding) });
    const startup = (): Promise<string> => probe(url, 'startup').then(({ reason }) => reason);
    await waitFor(async () => /certificate|alert|connection/i.test(await startup()), { what: 'the refusal' });
    expect((await probe(url, 'live')).up).toBe(true);
    expect(await startup()).toMatch(/certificate/i);
  });
});

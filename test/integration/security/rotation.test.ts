import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { javaTool } from '../../../tools/kafka/index.js';
import { waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import { type ClientCertificate, clientCertificate } from './certificates.js';
import { replaceFile } from './tokens.js';

jest.setTimeout(120_000);

const MECHANISM = 'SCRAM-SHA-256';
const user = { username: 'service', password: 'the first password' };
const NEXT_PASSWORD = 'the next password';

let first: ClientCertificate;
let next: ClientCertificate;
let folder: string;
let kafka: OwnKafka;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rotation-'));
  [first, next] = await Promise.all([clientCertificate(), clientCertificate()]);
  await copyFile(first.authorityFile, path('trusted.pem'));
  kafka = await OwnKafka.start({
    sasl: user,
    tls: true,
    properties: {
      'listener.name.secure.ssl.client.auth': 'required',
      'listener.name.secure.ssl.truststore.type': 'PEM',
      'listener.name.secure.ssl.truststore.location': path('trusted.pem'),
    },
  });
}, 150_000);
afterEach(stopServices);
afterAll(async () => {
  await kafka.stop();
  await Promise.all([first.remove(), next.remove(), rm(folder, { recursive: true, force: true })]);
});

function path(name: string): string {
  return join(folder, name);
}

/** The mounted files of the service: those of `name`, which may change later. */
async function mount(name: string, certificate: ClientCertificate, password: string): Promise<void> {
  await copyFile(certificate.certificateFile, path(`${name}.pem`));
  await copyFile(certificate.keyFile, path(`${name}.key`));
  await replaceFile(path(`${name}.password`), password);
}

function deployment(name: string): Record<string, string> {
  return {
    KAFKA_BROKERS: kafka.cluster.secure?.bootstrap ?? '',
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA_FILE: kafka.cluster.secure?.caFile ?? '',
    KAFKA_SSL_CERT_FILE: path(`${name}.pem`),
    KAFKA_SSL_KEY_FILE: path(`${name}.key`),
    KAFKA_SSL_KEY_PASSPHRASE: first.passphrase,
    KAFKA_SASL_MECHANISM: MECHANISM,
    KAFKA_SASL_USERNAME: user.username,
    KAFKA_SASL_PASSWORD_FILE: path(`${name}.password`),
  };
}

/** From here on the brokers accept only the next certificate and password. */
async function rotateAtTheBrokers(): Promise<void> {
  const change = ['--alter', '--add-config', `${MECHANISM}=[password=${NEXT_PASSWORD}]`];
  const who = ['--entity-type', 'users', '--entity-name', user.username];
  const args = ['--bootstrap-server', kafka.bootstrap, ...change, ...who];
  expect(await javaTool('kafka.admin.ConfigCommand', args)).toMatchObject({ code: 0 });
  await copyFile(next.authorityFile, path('trusted.pem'));
  // Every connection is recreated with the broker's current credentials.
  await kafka.broker.restart();
}

describe('a certificate and a password that are replaced in their files', () => {
  test('a certificate and a password that are replaced in their files are used for new connections without a restart', async () => {
    const topic = await kafka.createTopic('rotation');
    const handled: unknown[] = [];
    const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
    await mount('current', first, user.password);
    await mount('forgotten', first, user.password);
    const { url } = await startHandlers([spec], { env: deployment('current') });
    await kafka.produce(topic, ['before']);
    await waitFor(() => handled.length === 1, { what: 'the record before the rotation' });

    await mount('current', next, NEXT_PASSWORD);
    await rotateAtTheBrokers();
    await kafka.produce(topic, ['after']);
    await waitFor(() => handled.includes('after'), { what: 'the record after it', timeoutMs: 60_000 });
    await waitFor(async () => Object.keys(await downProbes(url)).length === 0, { what: 'all probes up' });
    expect(handled).toEqual(['before', 'after']);

    const old = await startHandlers([{ topic, handle: () => undefined }], { env: deployment('forgotten') });
    await waitFor(async () => /no TLS connection/.test((await probe(old.url, 'startup')).reason), {
      what: 'the refusal of the old certificate',
    });
    await mount('forgotten', next, user.password);
    await waitFor(async () => /refuse the login/.test((await probe(old.url, 'startup')).reason), {
      what: 'the refusal of the old password',
      timeoutMs: 30_000,
    });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { javaTool } from '../../../tools/kafka/index.js';
import { waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

jest.setTimeout(60_000);

const user = { username: 'service', password: 'correct horse' };
const WRONG = 'battery staple';
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];

let kafka: OwnKafka;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  kafka = await OwnKafka.start({ sasl: user, tls: true });
}, 150_000);
afterEach(stopServices);
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

async function secretFile(name: string, secret: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `${secret}\n`);
  return file;
}

/** The environment of a deployment: password and CA as files. */
async function login(
  mechanism: string,
  password: string,
  username = user.username,
): Promise<Record<string, string>> {
  const { secure } = kafka.cluster;
  return {
    KAFKA_BROKERS: secure?.bootstrap ?? '',
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA_FILE: secure?.caFile ?? '',
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD_FILE: await secretFile(`${mechanism}-${password.length}`, password),
  };
}

describe.each(MECHANISMS)('a login over TLS with %s', (mechanism) => {
  test('a client with the right password reads and commits', async () => {
    const topic = await kafka.createTopic('secure');
    await kafka.produce(topic, ['a', 'b']);
    const handled: unknown[] = [];
    const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
    const { url, groupId } = await startHandlers([spec], { env: await login(mechanism, user.password) });
    await waitFor(async () => (await kafka.committed(groupId, topic)) === 2n, { what: 'the commit' });
    expect(handled).toEqual(['a', 'b']);
    expect(await downProbes(url)).toEqual({});
  });

  test('a client with a wrong password is rejected; startup says why, and the service keeps retrying', async () => {
    const topic = await kafka.createTopic('refused');
    const spec = { topic, handle: () => undefined };
    const { url, runtime, groupId } = await startHandlers([spec], { env: await login(mechanism, WRONG) });
    const restarts = (): number => runtime.group(groupId)?.status.restarts ?? 0;
    await waitFor(() => restarts() >= 3, { what: 'three refusals' });
    const down = await downProbes(url);
    const refused: unknown = expect.stringMatching(/authentication/i);
    expect(down).toEqual({ startup: refused, ready: refused });
    expect(JSON.stringify(down)).not.toContain(WRONG);
    expect(runtime.group(groupId)?.status.ended).toBe(false);
  });
});

describe('a user that the brokers do not know yet', () => {
  test('a user that is created later is accepted without a restart of the service', async () => {
    const topic = await kafka.createTopic('late-user');
    const spec = { topic, handle: () => undefined };
    const env = await login('SCRAM-SHA-256', user.password, 'late');
    const { url } = await startHandlers([spec], { env });
    await waitFor(async () => /authentication/i.test((await probe(url, 'startup')).reason), {
      what: 'the refusal',
    });

    const scram = `SCRAM-SHA-256=[password=${user.password}]`;
    const who = ['--entity-type', 'users', '--entity-name', 'late'];
    const args = ['--bootstrap-server', kafka.bootstrap, '--alter', '--add-config', scram, ...who];
    expect(await javaTool('kafka.admin.ConfigCommand', args)).toMatchObject({ code: 0 });
    await waitFor(async () => (await probe(url, 'startup')).up, { what: 'the join', timeoutMs: 30_000 });
    expect(await downProbes(url)).toEqual({});
  });
});

describe('brokers with an untrusted certificate', () => {
  test('brokers with an untrusted certificate are rejected, and startup says why', async () => {
    const topic = await kafka.createTopic('untrusted');
    const { KAFKA_SSL_CA_FILE: _authority, ...env } = await login('PLAIN', user.password);
    const { url } = await startHandlers([{ topic, handle: () => undefined }], { env });
    const reason = await waitFor(
      async () => (await probe(url, 'startup')).reason.match(/self-signed certificate/),
      {
        what: 'the refusal',
      },
    );
    expect(reason[0]).toBe('self-signed certificate');
    expect((await probe(url, 'live')).up).toBe(true);
  });
});

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { clientCertificate } from '../security/certificates.js';
import { endProcesses } from '../../support/main-process.js';
import { ServiceProcess } from '../stopping/service-process.js';

jest.setTimeout(90_000);
afterEach(endProcesses);

/** Used wherever something may be secret; no log line may contain it. */
const SECRET = 'hunter2-must-not-be-seen';
const processing = '../telemetry/logging-handlers.mjs';
const env = {
  LOG_LEVEL: 'trace',
  DATABASE_URL: `postgres://app:${SECRET}@db/orders`,
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
};

function start(topic: string, more: Readonly<Record<string, string>> = {}): ServiceProcess {
  return new ServiceProcess({ topic, groupId: uniqueName('group'), processing, env: { ...env, ...more } });
}

describe('secrets in the log', () => {
  test.each(['json', 'pretty'])(
    'no trace-level log line contains the payload, key or header of a record, whatever its outcome (%s)',
    async (format) => {
      const topic = await createTopic(uniqueName('secrets'));
      await createTopic(`${topic}.batch`);
      const good = { kind: 'ok', secret: SECRET, id: 1 };
      const values = [
        JSON.stringify(good),
        JSON.stringify({ ...good, kind: 'retry' }),
        JSON.stringify({ ...good, kind: 'dead' }),
        // Violates the schema in every way that a message could quote.
        JSON.stringify({ ...good, kind: SECRET }),
        JSON.stringify({ ...good, id: SECRET }),
        JSON.stringify({ kind: 'ok', id: 1, secret: { [SECRET]: SECRET } }),
        JSON.stringify(SECRET),
        // Cannot be decoded; the error of JSON.parse quotes the input.
        SECRET,
        `{"a": ${SECRET}}`,
        `\ud800${SECRET}`,
      ];
      const records = values.map((value) => ({ value, key: SECRET, headers: { authorization: SECRET } }));
      await produce(topic, records);
      await produce(`${topic}.batch`, records.slice(0, 3));
      const groupId = uniqueName('group');
      const service = new ServiceProcess({ topic, groupId, processing, env: { ...env, LOG_FORMAT: format } });
      for (const each of [topic, `${topic}.batch`]) {
        await waitFor(() => isCaughtUp(groupId, each), { what: `the end of ${each}`, timeoutMs: 40_000 });
      }
      expect(await readTopic(`${topic}.dlt`)).toHaveLength(9);
      service.signal('SIGTERM');
      expect(await service.ended()).toBe(0);
      expect(service.output).toContain('told by the handler');
      expect(service.output).toContain('is a dead letter now');
      expect(service.output).not.toContain(SECRET);
    },
  );

  test('no trace-level log line contains the credentials if the broker rejects them', async () => {
    const topic = await createTopic(uniqueName('login'));
    const service = start(topic, {
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: 'app',
      KAFKA_SASL_PASSWORD: SECRET,
    });
    await waitFor(() => service.output.includes('the consumer is restarted'), {
      what: 'the login to fail',
      timeoutMs: 40_000,
    });
    expect(service.output).not.toContain(SECRET);
  });

  test('no trace-level log line contains the TLS key or its passphrase if the broker does not use TLS', async () => {
    const topic = await createTopic(uniqueName('tls'));
    const { certificateFile, keyFile, passphrase, remove } = await clientCertificate();
    const key = await readFile(keyFile, 'utf8');
    const service = start(topic, {
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CERT: await readFile(certificateFile, 'utf8'),
      KAFKA_SSL_KEY: key,
      KAFKA_SSL_KEY_PASSPHRASE: passphrase,
    });
    await waitFor(() => service.output.includes('the consumer is restarted'), {
      what: 'the handshake to fail',
      timeoutMs: 40_000,
    });
    await remove();
    for (const line of key.split('\n').filter((each) => each !== '' && !each.startsWith('-----'))) {
      expect(service.output).not.toContain(line);
    }
    expect(service.output).not.toContain(passphrase);
  });

  test('no log line contains a secret of a configuration that is rejected', async () => {
    const service = start('none', {
      KAFKA_SASL_PASWORD: SECRET,
      KAFKA_SASL_PASSWORD: SECRET,
      KAFKA_SSL_KEY: SECRET,
      KAFKA_SSL_KEY_PASSPHRASE: SECRET,
      KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT',
    });
    expect(await service.ended()).toBe(1);
    expect(service.output).toContain('KAFKA_SASL_PASWORD');
    expect(service.output).not.toContain(SECRET);
  });
});

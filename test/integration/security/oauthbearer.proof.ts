import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../support/kafka.js';
import { type HandlerService, startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka, QUICK_SESSION } from '../staying-alive/own-kafka.js';
import { Watch } from '../staying-alive/watch.js';
import { replaceFile, startTokenEndpoint, unsecuredToken } from './tokens.js';

jest.setTimeout(120_000);

const OAUTH = 'org.apache.kafka.common.security.oauthbearer';
/** kafkajs reauthenticates 10 s before the end of a session. */
const LIFETIME_SECONDS = 15;

let kafka: OwnKafka;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  kafka = await OwnKafka.start({
    sasl: { username: 'unused', password: 'unused' },
    properties: {
      'listener.name.secure.sasl.enabled.mechanisms': 'OAUTHBEARER',
      'listener.name.secure.oauthbearer.sasl.jaas.config': `${OAUTH}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
      'listener.name.secure.oauthbearer.sasl.server.callback.handler.class': `${OAUTH}.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
      // Without it, a connection may outlive its token.
      'listener.name.secure.oauthbearer.connections.max.reauth.ms': 3_600_000,
    },
  });
}, 150_000);
afterEach(stopServices);
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

function login(how: Record<string, string>): Record<string, string> {
  return {
    ...QUICK_SESSION,
    KAFKA_BROKERS: kafka.cluster.secure?.bootstrap ?? '',
    KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
    KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
    ...how,
  };
}

interface Reading extends HandlerService {
  readonly topic: string;
  /** Writes a record and waits until it is handled. */
  roundTrip(): Promise<void>;
}

async function startReading(env: Record<string, string>): Promise<Reading> {
  const topic = await kafka.createTopic('oauthbearer');
  const handled: unknown[] = [];
  const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
  const service = await startHandlers([spec], { env });
  let sent = 0;
  return {
    ...service,
    topic,
    roundTrip: async () => {
      sent++;
      await kafka.produce(topic, [String(sent)]);
      await waitFor(() => handled.length === sent, { what: `record ${sent}`, timeoutMs: 30_000 });
    },
  };
}

/** Continues until the first tokens and their successors have expired. */
async function expectToStayMember({ runtime, groupId, roundTrip, url }: Reading): Promise<void> {
  const until = Date.now() + 2.5 * LIFETIME_SECONDS * 1_000;
  await roundTrip();
  const { memberId } = { ...runtime.group(groupId)?.status };
  while (Date.now() < until) await roundTrip();
  expect(memberId).toBeTruthy();
  expect(runtime.group(groupId)?.status).toMatchObject({
    memberId,
    restarts: 0,
    joins: 1,
    lastError: undefined,
  });
  expect(await downProbes(url)).toEqual({});
}

describe('a token that expires', () => {
  test('a token that expires is read again from its file, and the member stays in its group', async () => {
    const file = join(folder, 'projected');
    const refresh = (): Promise<void> =>
      replaceFile(file, `${unsecuredToken('service', LIFETIME_SECONDS)}\n`);
    await refresh();
    const refreshing = setInterval(() => void refresh(), 2_000);
    try {
      await expectToStayMember(await startReading(login({ KAFKA_SASL_OAUTHBEARER_TOKEN_FILE: file })));
    } finally {
      clearInterval(refreshing);
    }
  });

  test('a token that expires is fetched again from the token endpoint, and the member stays in its group', async () => {
    const endpoint = await startTokenEndpoint('service', LIFETIME_SECONDS);
    const reading = await startReading(
      login({
        KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: endpoint.url,
        KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'service',
        KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'correct horse',
        KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka',
        KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'logicalCluster=lkc-1,identityPoolId=pool-2',
      }),
    );
    await expectToStayMember(reading);
    expect(endpoint.given()).toBeGreaterThan(2);
    await endpoint.stop();
  });

  test('an expired token that nobody renews is named by readiness, and a new one is used without a restart', async () => {
    const file = join(folder, 'forgotten');
    const stale = unsecuredToken('service', LIFETIME_SECONDS);
    await replaceFile(file, stale);
    const { roundTrip, url } = await startReading(login({ KAFKA_SASL_OAUTHBEARER_TOKEN_FILE: file }));
    await roundTrip();
    const ready = (): Promise<string> => probe(url, 'ready').then(({ reason }) => reason);
    await waitFor(
      async () => /OAUTHBEARER authentication failed: invalid_token.*refresh/.test(await ready()),
      {
        what: 'the refusal',
        timeoutMs: 60_000,
      },
    );
    expect(await ready()).not.toContain(stale);
    // Longer than the liveness limit without progress: a restart would be rejected too.
    const { KAFKA_SESSION_TIMEOUT_MS: sessionMs, KAFKA_REBALANCE_TIMEOUT_MS: rebalanceMs } = QUICK_SESSION;
    const live = new Watch(url, 'live');
    await sleep(3 * Number(sessionMs) + Number(rebalanceMs) + 3_000);
    await live.stop();
    expect(live.reasons).toEqual([]);

    await replaceFile(file, unsecuredToken('service', 3_600));
    await roundTrip();
    await waitFor(async () => (await ready()) === '', { what: 'ready' });
  });
});

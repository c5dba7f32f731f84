import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TokenEndpoint } from './token-endpoint.js';

type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

interface Asked {
  readonly authorization: string | undefined;
  readonly form: Record<string, string>;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A token endpoint that sends these responses one after the other, and then repeats the last one. */
async function endpointThatAnswers(
  ...answers: readonly Answer[]
): Promise<{ endpoint: TokenEndpoint; asked: Asked[]; server: Server }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((question) => {
      const [status, body, headers] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, ''];
      asked.push(question);
      response.writeHead(status, { connection: 'close', 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = new TokenEndpoint({
    mechanism: 'oauthbearer',
    endpoint: `http://127.0.0.1:${port}/token`,
    clientId: 'ada:love',
    clientSecret: 'p w+%',
    scope: 'kafka read',
    files: {},
  });
  return { endpoint, asked, server };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const form = Object.fromEntries(new URLSearchParams(await text(request)));
  return { authorization: request.headers.authorization, form };
}

const granted = (token: string, seconds?: number): Answer => [
  200,
  { access_token: token, token_type: 'Bearer', expires_in: seconds },
];

describe('the token endpoint', () => {
  it('the token endpoint receives client credentials as in RFC 6749', async () => {
    const { endpoint, asked } = await endpointThatAnswers(granted('one', 3600));
    await expect(endpoint.token()).resolves.toBe('one');
    const [{ authorization, form } = { authorization: '', form: {} }] = asked;
    const credentials = Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString();
    expect(credentials).toBe('ada%3Alove:p+w%2B%25');
    expect(form).toEqual({ grant_type: 'client_credentials', scope: 'kafka read' });
  });

  it('the token endpoint receives one request for all concurrent logins, and the next one only when the token expires', async () => {
    const { endpoint, asked } = await endpointThatAnswers(granted('one', 3600), granted('two', 3600));
    const tokens = await Promise.all([endpoint.token(), endpoint.token(), endpoint.token()]);
    expect([...tokens, await endpoint.token()]).toEqual(['one', 'one', 'one', 'one']);
    expect(asked).toHaveLength(1);
  });

  it.each([25, undefined])(
    'the token endpoint receives a request at each login if a token lasts %s s',
    async (seconds) => {
      const { endpoint } = await endpointThatAnswers(granted('one', seconds), granted('two', seconds));
      expect([await endpoint.token(), await endpoint.token()]).toEqual(['one', 'two']);
    },
  );

  it('the token endpoint may add an ID token, as Keycloak does with the scope openid', async () => {
    const part = (of: object): string => Buffer.from(JSON.stringify(of)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: 'https://issuer.example/realms/kafka',
      aud: 'ada:love',
      sub: 'ada',
      iat: now,
      exp: now + 300,
    };
    const idToken = [part({ alg: 'RS256' }), part(claims), 'AAAA'].join('.');
    const { endpoint } = await endpointThatAnswers([
      200,
      { access_token: 'one', token_type: 'Bearer', expires_in: 3600, id_token: idToken },
    ]);
    await expect(endpoint.token()).resolves.toBe('one');
  });

  it('the token endpoint may fail while the last token is valid', async () => {
    const { endpoint } = await endpointThatAnswers(granted('one', 25), [503, 'busy']);
    expect([await endpoint.token(), await endpoint.token()]).toEqual(['one', 'one']);
  });

  it.each<readonly [string, Answer, string]>([
    [
      'refuses',
      [401, { error: 'invalid_client', error_description: 'p w+%' }],
      'it answers 401, invalid_client',
    ],
    [
      'refuses with a challenge, as RFC 6749 demands,',
      [401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="p w+%"' }],
      'it answers 401, invalid_client',
    ],
    ['is broken', [500, '<html>p w+%</html>'], 'it answers 500'],
    ['sends no token', [200, '<html>p w+%</html>'], 'its response is not valid'],
    ['sends too much', [200, 'x'.repeat(100_000)], 'longer than'],
    ['redirects', [302, '', { location: 'http://127.0.0.1:1/' }], 'it answers 302'],
  ])(
    'the token endpoint that %s is reported in an error with what to check, without a secret',
    async (_what, answer, why) => {
      const { endpoint } = await endpointThatAnswers(answer);
      const error: unknown = await endpoint.token().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOKEN_ENDPOINT', retriable: true });
      expect(String(error)).toContain(why);
      expect(String(error)).toContain('KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL');
      expect(String(error)).not.toContain('p w');
    },
  );

  it('the token endpoint that cannot be reached is reported in an error', async () => {
    const { endpoint, server } = await endpointThatAnswers(granted('one'));
    server.close();
    await once(server, 'close');
    await expect(endpoint.token()).rejects.toThrow(/ECONNREFUSED/);
  });
});

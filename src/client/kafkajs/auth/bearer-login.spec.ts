import { expect, test } from '@jest/globals';
import type { AuthenticationProviderArgs } from 'kafkajs-pinned';
import { bearerLogin } from './bearer-login.js';

type Send = AuthenticationProviderArgs['saslAuthenticate'];

/** The message that a login sends; a broker answers `answer`. */
async function sent(extensions: Record<string, string> | undefined, answer = ''): Promise<string> {
  const messages: Buffer[] = [];
  const saslAuthenticate: Send = async ({ request, response }) => {
    const encoded: unknown = await request.encode();
    messages.push(encoded as Buffer);
    return response?.parse(Buffer.from(answer) as never) as never;
  };
  const login = bearerLogin(() => Promise.resolve('a.b.c'), extensions).authenticationProvider({
    host: 'kafka',
    port: 9092,
    logger: undefined as never,
    saslAuthenticate,
  });
  await login.authenticate();
  const [message = Buffer.alloc(0)] = messages;
  expect(message.readInt32BE(0)).toBe(message.length - 4);
  return message.subarray(4).toString('latin1');
}

test('a login sends the token, as in the example of RFC 7628', async () => {
  await expect(sent(undefined)).resolves.toBe('n,,\u0001auth=Bearer a.b.c\u0001\u0001');
});

test('a login sends each extension after the token', async () => {
  await expect(sent({ logicalCluster: 'lkc-1', identityPoolId: 'pool-2' })).resolves.toBe(
    'n,,\u0001auth=Bearer a.b.c\u0001logicalCluster=lkc-1\u0001identityPoolId=pool-2\u0001\u0001',
  );
});

test('a login that the broker rejects fails with the status that the broker gives', async () => {
  await expect(sent(undefined, '{"status":"invalid_token"}')).rejects.toThrow(
    'OAUTHBEARER authentication failed: invalid_token',
  );
});

import type { AuthenticationProviderArgs, Authenticator, Mechanism } from 'kafkajs-pinned';
import { z } from 'zod';
import type { SaslExtensions } from '../../../config/index.js';
import { AccessError } from '../../access.error.js';

const SEPARATOR = '\u0001';
const SIZE_BYTES = 4;

/** The response of a broker that rejects a token (RFC 7628, 3.2.2). */
const Rejection = z.object({ status: z.string().regex(/^[\w.-]{1,100}$/) });

/**
 * Creates the SASL mechanism OAUTHBEARER (RFC 7628). kafkajs's own does not read the broker's response: if the token
 * is rejected, it treats the connection as logged in, and its next request fails on a closed connection.
 */
export function bearerLogin(token: () => Promise<string>, extensions: SaslExtensions = {}): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => new BearerLogin(token, extensions, saslAuthenticate),
  };
}

class BearerLogin implements Authenticator {
  constructor(
    private readonly token: () => Promise<string>,
    private readonly extensions: SaslExtensions,
    private readonly send: AuthenticationProviderArgs['saslAuthenticate'],
  ) {}

  /** @throws AccessError if the broker rejects the token */
  async authenticate(): Promise<void> {
    const parts = { auth: `Bearer ${await this.token()}`, ...this.extensions };
    const pairs = Object.entries(parts).map(([name, value]) => `${name}=${value}`);
    const message = ['n,,', ...pairs, '', ''].join(SEPARATOR);
    const rejection = await this.send({
      request: { encode: () => withSize(message) },
      response: { decode: (answer) => answer.subarray(SIZE_BYTES), parse: rejectionIn },
    });
    if (rejection === undefined) return;
    throw new AccessError(
      'LOGIN_REFUSED',
      `the brokers refuse the login (OAUTHBEARER authentication failed: ${rejection}); check that the token is valid ` +
        'for these brokers, that it has not expired, and that it is refreshed',
    );
  }
}

function withSize(message: string): Buffer {
  const bytes = Buffer.alloc(SIZE_BYTES + message.length);
  bytes.writeInt32BE(message.length);
  bytes.write(message, SIZE_BYTES, 'latin1');
  return bytes;
}

/** @returns why the token was rejected; undefined if it was accepted: then the response is empty */
function rejectionIn(answer: Buffer): string | undefined {
  if (answer.length === 0) return undefined;
  try {
    return Rejection.parse(JSON.parse(answer.toString())).status;
  } catch {
    return 'the broker gives no reason';
  }
}

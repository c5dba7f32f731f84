import type { AuthenticationProviderArgs, Authenticator, Mechanism } from 'kafkajs';
import { z } from 'zod';
import { AccessError } from '../../access.error.js';

const SEPARATOR = '\u0001';
const SIZE_BYTES = 4;

/** What a broker says of a token that it does not take (RFC 7628, 3.2.2). */
const Refusal = z.object({ status: z.string().regex(/^[\w.-]{1,100}$/) });

/**
 * OAUTHBEARER (RFC 7628). kafkajs's own does not read the answer, in which a broker refuses a token: it takes the
 * connection for one that is logged in, and finds it closed with the next request.
 */
export function bearerLogin(token: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => new BearerLogin(token, saslAuthenticate),
  };
}

class BearerLogin implements Authenticator {
  constructor(
    private readonly token: () => Promise<string>,
    private readonly send: AuthenticationProviderArgs['saslAuthenticate'],
  ) {}

  /** @throws AccessError where the broker refuses the token */
  async authenticate(): Promise<void> {
    const message = `n,,${SEPARATOR}auth=Bearer ${await this.token()}${SEPARATOR}${SEPARATOR}`;
    const refused = await this.send({
      request: { encode: () => withSize(message) },
      response: { decode: (answer) => answer.subarray(SIZE_BYTES), parse: refusalIn },
    });
    if (refused === undefined) return;
    throw new AccessError(
      'LOGIN_REFUSED',
      `the brokers refuse the login (OAUTHBEARER authentication failed: ${refused}); check that the token is good ` +
        'for these brokers, that it has not expired, and that whoever refreshes it does so',
    );
  }
}

function withSize(message: string): Buffer {
  const bytes = Buffer.alloc(SIZE_BYTES + message.length);
  bytes.writeInt32BE(message.length);
  bytes.write(message, SIZE_BYTES, 'latin1');
  return bytes;
}

/** A broker that takes the token answers nothing. */
function refusalIn(answer: Buffer): string | undefined {
  if (answer.length === 0) return undefined;
  try {
    return Refusal.parse(JSON.parse(answer.toString())).status;
  } catch {
    return 'for no reason that it gives';
  }
}

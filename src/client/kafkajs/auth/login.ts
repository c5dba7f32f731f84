import type { Mechanism, SASLOptions } from 'kafkajs-pinned';
import type { PasswordConfig, SaslConfig, TokenConfig, TokenEndpointConfig } from '../../../config/index.js';
import { bearerLogin } from './bearer-login.js';
import { SecretReader } from './secret-reader.js';
import { TokenEndpoint } from './token-endpoint.js';

/**
 * Creates kafkajs's login. Its secrets are read at each login: for a new connection, and when a session has expired.
 */
export function toLogin(config: SaslConfig): SASLOptions | Mechanism {
  if (config.mechanism !== 'oauthbearer') return byPassword(config);
  return 'token' in config ? byToken(config) : byTokenEndpoint(config);
}

function byPassword(config: PasswordConfig): SASLOptions {
  const current = new SecretReader(config);
  return {
    mechanism: config.mechanism,
    get username() {
      return current.read().username;
    },
    get password() {
      return current.read().password;
    },
  } as SASLOptions;
}

function byToken(config: TokenConfig): Mechanism {
  const current = new SecretReader(config);
  return bearerLogin(() => Promise.resolve(current.read().token), config.extensions);
}

function byTokenEndpoint(config: TokenEndpointConfig): Mechanism {
  const endpoint = new TokenEndpoint(config);
  return bearerLogin(() => endpoint.token(), config.extensions);
}

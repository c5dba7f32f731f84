import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { TokenEndpointConfig } from '../../../config/index.js';
import { describeError } from '../../../pipeline/index.js';
import { CurrentSecrets } from './current-secrets.js';

/** How long the endpoint may take, in ms; a login to a broker has 10 s in kafkajs. */
const ANSWER_MS = 5_000;
/** A token that is good for less is replaced at the next login, in ms: a session ends with its token. */
const SHORTEST_REMAINDER_MS = 30_000;
/** A token endpoint's answer is a few kB. */
const LONGEST_ANSWER = 65_536;

/** What RFC 6749, 5.1 promises, as far as it is needed here. */
const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});
/** RFC 6749, 5.2; anything else in an answer might repeat a secret. */
const Refused = z.object({ error: z.string().regex(/^[\x20-\x7E]{1,100}$/) });

/** The token endpoint gives no token. */
export class TokenEndpointError extends Error {
  readonly code = 'TOKEN_ENDPOINT';
  /** kafkajs tries such a login again before it gives its consumer up. */
  readonly retriable = true;

  constructor(endpoint: string, why: string, options?: ErrorOptions) {
    super(
      `the token endpoint ${endpoint} gives no token: ${why}; check KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL, ` +
        '_CLIENT_ID, _CLIENT_SECRET and _SCOPE',
      options,
    );
    this.name = 'TokenEndpointError';
  }
}

interface Token {
  readonly value: string;
  /** In ms of `performance.now()`. */
  readonly reuseUntil: number;
  readonly expiresAt: number;
}

/** Tokens by client credentials (RFC 6749, 4.4), one for all connections for as long as it is good for a while. */
export class TokenEndpoint {
  readonly #logger = new Logger('KafkaTokenEndpoint');
  readonly #secrets: CurrentSecrets<TokenEndpointConfig>;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(private readonly config: TokenEndpointConfig) {
    this.#secrets = new CurrentSecrets(config);
  }

  /** @throws TokenEndpointError where it gives none, and there is none that is still good */
  async token(): Promise<string> {
    const known = this.#token;
    if (known && performance.now() < known.reuseUntil) return known.value;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    try {
      this.#token = await this.#asking;
      return this.#token.value;
    } catch (error) {
      if (!known || performance.now() >= known.expiresAt) throw error;
      this.#logger.warn(`${describeError(error)}; the last token is used while it is good`);
      return known.value;
    }
  }

  async #ask(): Promise<Token> {
    const askedAt = performance.now();
    const { ok, status, body } = await this.#post();
    if (!ok) {
      const refused = Refused.safeParse(body);
      throw this.#error(`it answers ${status}${refused.success ? `, ${refused.data.error}` : ''}`);
    }
    const granted = Granted.safeParse(body);
    if (!granted.success) throw this.#error('its answer has no access_token');
    const lifetimeMs = (granted.data.expires_in ?? 0) * 1_000;
    return {
      value: granted.data.access_token,
      reuseUntil: askedAt + Math.min(lifetimeMs / 2, lifetimeMs - SHORTEST_REMAINDER_MS),
      expiresAt: askedAt + lifetimeMs,
    };
  }

  async #post(): Promise<{ ok: boolean; status: number; body: unknown }> {
    const { clientId, clientSecret, scope } = this.#secrets.read();
    // RFC 6749, 2.3.1: each encoded as in a form before the two are joined.
    const credentials = [clientId, clientSecret].map((part) =>
      new URLSearchParams([['', part]]).toString().slice(1),
    );
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope !== undefined && { scope }),
    });
    try {
      const response = await fetch(this.config.endpoint, {
        method: 'POST',
        body: form,
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(credentials.join(':')).toString('base64')}`,
        },
        // A redirect could carry the secret elsewhere.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { ok: response.ok, status: response.status, body: parse(await textOf(response)) };
    } catch (error) {
      throw this.#error(describeError(causeOf(error)), error);
    }
  }

  #error(why: string, cause?: unknown): TokenEndpointError {
    return new TokenEndpointError(this.config.endpoint, why, cause === undefined ? {} : { cause });
  }
}

/** fetch wraps what went wrong in an error that does not say it. */
function causeOf(error: unknown): unknown {
  const wraps = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  return wraps ? error.cause : error;
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > LONGEST_ANSWER)
      throw new Error(`its answer is longer than ${LONGEST_ANSWER} characters`);
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { TokenEndpointConfig } from '../../../config/index.js';
import { CodedError } from '../../../errors/index.js';
import { describeError } from '../../../pipeline/index.js';
import { SecretReader } from './secret-reader.js';

/** How long the endpoint may take, in ms. kafkajs permits 10 s for a login to a broker. */
const ANSWER_MS = 5_000;
/** A token that expires sooner is replaced at the next login, in ms: a session ends with its token. */
const SHORTEST_REMAINDER_MS = 30_000;
/** The response of a token endpoint has a few kB. */
const MAX_RESPONSE_CHARACTERS = 65_536;

/** A successful response (RFC 6749, 5.1). */
const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});
/** An error response (RFC 6749, 5.2). Other parts of it might repeat a secret. */
const Refused = z.object({ error: z.string().regex(/^[\x20-\x7E]{1,100}$/) });

/** The token endpoint issues no token. */
export class TokenEndpointError extends CodedError {
  readonly code = 'TOKEN_ENDPOINT';
  /** kafkajs repeats such a login before it ends the consumer. */
  readonly retriable = true;

  constructor(endpoint: string, why: string, options?: ErrorOptions) {
    super(
      `the token endpoint ${endpoint} issues no token: ${why}; check KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL, ` +
        '_CLIENT_ID, _CLIENT_SECRET and _SCOPE',
      options,
    );
  }
}

interface Token {
  readonly value: string;
  /** In ms of `performance.now()`. */
  readonly reuseUntil: number;
  readonly expiresAt: number;
}

/** Gets tokens with client credentials (RFC 6749, 4.4). All connections share a token until it expires soon. */
export class TokenEndpoint {
  readonly #logger = new Logger('KafkaTokenEndpoint');
  readonly #secrets: SecretReader<TokenEndpointConfig>;
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  constructor(private readonly config: TokenEndpointConfig) {
    this.#secrets = new SecretReader(config);
  }

  /** @throws TokenEndpointError if the endpoint issues no token, and the last one has expired */
  async token(): Promise<string> {
    const known = this.#token;
    if (known && performance.now() < known.reuseUntil) return known.value;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    try {
      this.#token = await this.#asking;
      return this.#token.value;
    } catch (error) {
      if (!known || performance.now() >= known.expiresAt) throw error;
      this.#logger.warn(`${describeError(error)}; the last token is used until it expires`);
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
    if (!granted.success) throw this.#error('its response has no access_token');
    const lifetimeMs = (granted.data.expires_in ?? 0) * 1_000;
    return {
      value: granted.data.access_token,
      reuseUntil: askedAt + Math.min(lifetimeMs / 2, lifetimeMs - SHORTEST_REMAINDER_MS),
      expiresAt: askedAt + lifetimeMs,
    };
  }

  async #post(): Promise<{ ok: boolean; status: number; body: unknown }> {
    const { clientId, clientSecret, scope } = this.#secrets.read();
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
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
        // A redirect could send the secret to another host.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { ok: response.ok, status: response.status, body: parse(await readText(response)) };
    } catch (error) {
      throw this.#error(describeError(causeOf(error)), error);
    }
  }

  #error(why: string, cause?: unknown): TokenEndpointError {
    return new TokenEndpointError(this.config.endpoint, why, cause === undefined ? {} : { cause });
  }
}

/** `fetch` wraps the meaningful error in another one. */
function causeOf(error: unknown): unknown {
  const wraps = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  return wraps ? error.cause : error;
}

/** @throws if the response is longer than `MAX_RESPONSE_CHARACTERS` */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > MAX_RESPONSE_CHARACTERS)
      throw new Error(`its response is longer than ${MAX_RESPONSE_CHARACTERS} characters`);
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

import { Logger } from '@nestjs/common';
import type * as OAuth from 'oauth4webapi';
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

/** An error code of RFC 6749, 5.2. Other parts of a response might repeat a secret. */
const ERROR_CODE = /^[\x20-\x7E]{1,100}$/;

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
  #requested: Promise<Token> | undefined;

  constructor(private readonly config: TokenEndpointConfig) {
    this.#secrets = new SecretReader(config);
  }

  /** @throws TokenEndpointError if the endpoint issues no token, and the last one has expired */
  async token(): Promise<string> {
    const known = this.#token;
    if (known && performance.now() < known.reuseUntil) return known.value;
    this.#requested ??= this.#request().finally(() => (this.#requested = undefined));
    try {
      this.#token = await this.#requested;
      return this.#token.value;
    } catch (error) {
      if (!known || performance.now() >= known.expiresAt) throw error;
      this.#logger.warn(`${describeError(error)}; the last token is used until it expires`);
      return known.value;
    }
  }

  async #request(): Promise<Token> {
    // Loaded here, since only this login needs it.
    const oauth = await import('oauth4webapi');
    const requestedAt = performance.now();
    const { access_token: value, expires_in: seconds = 0 } = await this.#grant(oauth).catch(
      (error: unknown) => {
        const answered = problemOfResponse(error, oauth);
        if (answered !== undefined) throw this.#error(answered);
        throw this.#error(describeError(causeOf(error)), { cause: error });
      },
    );
    const lifetimeMs = seconds * 1_000;
    return {
      value,
      reuseUntil: requestedAt + Math.min(lifetimeMs / 2, lifetimeMs - SHORTEST_REMAINDER_MS),
      expiresAt: requestedAt + lifetimeMs,
    };
  }

  async #grant(oauth: typeof OAuth): Promise<OAuth.TokenEndpointResponse> {
    const { clientId, clientSecret, scope } = this.#secrets.read();
    const server = { issuer: this.config.endpoint, token_endpoint: this.config.endpoint };
    const client = { client_id: clientId };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(clientSecret),
      scope === undefined ? {} : { scope },
      {
        signal: AbortSignal.timeout(ANSWER_MS),
        // The rules of the configuration have checked whether plain HTTP is permitted.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (url, options) => limited(await fetch(url, options)),
      },
    );
    return oauth.processClientCredentialsResponse(server, client, await withoutIdToken(response));
  }

  #error(why: string, options?: ErrorOptions): TokenEndpointError {
    return new TokenEndpointError(this.config.endpoint, why, options);
  }
}

/**
 * What is wrong with the response, without any part of it that might repeat a secret.
 * @returns undefined if the error is about something else
 */
function problemOfResponse(error: unknown, oauth: typeof OAuth): string | undefined {
  if (error instanceof oauth.ResponseBodyError)
    return `it answers ${error.status}${ERROR_CODE.test(error.error) ? `, ${error.error}` : ''}`;
  if (error instanceof oauth.OperationProcessingError && error.cause instanceof Response)
    return error.cause.ok
      ? `its response is not valid: ${error.message}`
      : `it answers ${error.cause.status}`;
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
    return `its response is not valid: ${error.message}`;
  return undefined;
}

/** `fetch` wraps the meaningful error in another one. */
function causeOf(error: unknown): unknown {
  const wraps = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  return wraps ? error.cause : error;
}

/**
 * The response without its ID token, which an endpoint may add for the scope `openid`: it is not used, and could not be
 * checked, since its issuer is not known.
 */
async function withoutIdToken(response: Response): Promise<Response> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return response;
  const { status, headers } = response;
  return new Response(JSON.stringify({ ...body, id_token: undefined }), { status, headers });
}

/**
 * The response with its body in memory, and without a challenge: oauth4webapi would report that in place of the error
 * code in the body.
 * @throws if the body is longer than `MAX_RESPONSE_CHARACTERS`
 */
async function limited({ status, headers, body }: Response): Promise<Response> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > MAX_RESPONSE_CHARACTERS)
      throw new Error(`its response is longer than ${MAX_RESPONSE_CHARACTERS} characters`);
  }
  const kept = new Headers(headers);
  kept.delete('www-authenticate');
  return new Response(text, { status, headers: kept });
}

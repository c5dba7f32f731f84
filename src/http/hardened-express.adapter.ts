import { createServer, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import helmet from 'helmet';
import { terminalJson } from '../text/terminal-safe.js';

/** Limits of a request and of a connection. Times in ms. */
export const HTTP_LIMITS = {
  /** Total size of a request's headers; a larger request is answered with 431. */
  maxHeaderBytes: 8_192,
  /** Number of headers of a request; further ones are dropped. */
  maxHeaders: 100,
  maxJsonBytes: 16_384,
  /** Time to receive the headers. */
  headersTimeoutMs: 5_000,
  /** Time to receive the whole request with its body. */
  requestTimeoutMs: 10_000,
  /** Interval at which these two are checked. */
  timeoutCheckMs: 1_000,
  /** How long an idle connection is kept open for the next request. */
  keepAliveTimeoutMs: 5_000,
  /** How long a connection may be inactive while a request is answered. */
  inactivityTimeoutMs: 60_000,
  /** File descriptors are shared with the connections to the brokers. */
  maxConnections: 512,
} as const;

/**
 * Nest's Express adapter with limits on the size and duration of requests, helmet's headers, and a JSON body parser
 * with a small size limit as the only parser.
 *
 * @example
 * const app = await NestFactory.create(AppModule, new HardenedExpressAdapter());
 */
export class HardenedExpressAdapter extends ExpressAdapter {
  constructor() {
    super();
    this.disable('x-powered-by');
    this.getInstance<ExpressApplication>().response.json = sendSafeJson;
    this.use(
      helmet({
        contentSecurityPolicy: {
          // The service speaks plain HTTP; a browser must not upgrade its requests to HTTPS.
          directives: { upgradeInsecureRequests: null, frameAncestors: ["'none'"], formAction: ["'self'"] },
        },
        strictTransportSecurity: false,
        xFrameOptions: { action: 'deny' },
      }),
    );
  }

  /** Creates the server itself, since Express's own takes no options and some limits can only be set by them. */
  override initHttpServer(): void {
    const server = createServer(SERVER_OPTIONS, this.getInstance());
    server.maxHeadersCount = HTTP_LIMITS.maxHeaders;
    server.maxConnections = HTTP_LIMITS.maxConnections;
    server.setTimeout(HTTP_LIMITS.inactivityTimeoutMs);
    this.setHttpServer(server);
  }

  /** Replaces Nest's default parsers (JSON and forms, up to 100 kB each); no endpoint accepts a form. */
  override registerParserMiddleware(): void {
    this.useBodyParser('json', false, { limit: HTTP_LIMITS.maxJsonBytes });
  }
}

/** The part of an Express application that is used here. */
interface ExpressApplication {
  /** The prototype of all responses. */
  readonly response: { json: typeof sendSafeJson };
}

interface ExpressResponse {
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  send(body: string): unknown;
}

/** Like Express's own `json`, but safe to print with curl: the JSON may contain text chosen by producers and clients. */
function sendSafeJson(this: ExpressResponse, body: unknown): unknown {
  if (this.getHeader('Content-Type') === undefined) this.setHeader('Content-Type', 'application/json');
  return this.send(terminalJson(JSON.stringify(body)));
}

const SERVER_OPTIONS: ServerOptions = {
  maxHeaderSize: HTTP_LIMITS.maxHeaderBytes,
  headersTimeout: HTTP_LIMITS.headersTimeoutMs,
  requestTimeout: HTTP_LIMITS.requestTimeoutMs,
  keepAliveTimeout: HTTP_LIMITS.keepAliveTimeoutMs,
  connectionsCheckingInterval: HTTP_LIMITS.timeoutCheckMs,
};

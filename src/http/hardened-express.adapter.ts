import { createServer, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import helmet from 'helmet';
import { terminalJson } from '../text/terminal-safe.js';

/** What one request, or one connection, may cost before it is refused. Times in ms. */
export const HTTP_LIMITS = {
  /** All of a request's headers together; beyond it the answer is 431. */
  maxHeaderBytes: 8_192,
  /** Headers of one request; what comes after is dropped. */
  maxHeaders: 100,
  maxJsonBytes: 16_384,
  /** Until the headers are there. */
  headersTimeoutMs: 5_000,
  /** Until the whole request is there, its body too. */
  requestTimeoutMs: 10_000,
  /** How often the two are looked at. */
  timeoutCheckMs: 1_000,
  /** How long a connection is kept for a next request. */
  keepAliveTimeoutMs: 5_000,
  /** How long a connection may stand still while it is answered. */
  inactivityTimeoutMs: 60_000,
  /** File descriptors are shared with the connections to the brokers. */
  maxConnections: 512,
} as const;

/**
 * Nest's Express adapter with bounds on what a client may send and how long it may take, the headers of helmet, and
 * no other body parser than a small JSON one.
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
          // Plain HTTP is what is served here; a browser must not be told to ask for scripts by HTTPS.
          directives: { upgradeInsecureRequests: null, frameAncestors: ["'none'"], formAction: ["'self'"] },
        },
        strictTransportSecurity: false,
        xFrameOptions: { action: 'deny' },
      }),
    );
  }

  /** Express's own server takes no options, and some bounds can be set in no other way. */
  override initHttpServer(): void {
    const server = createServer(SERVER_OPTIONS, this.getInstance());
    server.maxHeadersCount = HTTP_LIMITS.maxHeaders;
    server.maxConnections = HTTP_LIMITS.maxConnections;
    server.setTimeout(HTTP_LIMITS.inactivityTimeoutMs);
    this.setHttpServer(server);
  }

  /** Nest asks for JSON and forms of up to 100 kB each; no endpoint takes a form. */
  override registerParserMiddleware(): void {
    this.useBodyParser('json', false, { limit: HTTP_LIMITS.maxJsonBytes });
  }
}

/** What of an Express application is used here. */
interface ExpressApplication {
  /** The prototype of all responses. */
  readonly response: { json: typeof sendSafeJson };
}

interface ExpressResponse {
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  send(body: string): unknown;
}

/** As Express's own does it, with JSON that may be printed by curl: it names what producers and clients have chosen. */
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

import { z } from 'zod';
import { messageOf, ToolError } from '../../../tools/tool-error.js';
import { type Server, startServer } from './server.js';

/** A fault in one direction; `upstream` is from client to server. */
export interface Toxic {
  readonly type: 'timeout' | 'latency' | 'bandwidth' | 'reset_peer';
  readonly stream: 'upstream' | 'downstream';
  /** Named as in toxiproxy's documentation. */
  readonly attributes: Readonly<Record<string, number>>;
}

/** The response of toxiproxy. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

const Toxics = z.array(z.object({ name: z.string() }));

/** Longer than toxiproxy's own request timeout of 25 s. */
const ANSWER_LIMIT_MS = 30_000;
const GAVE_UP = 503;
const HOLDS_BYTES =
  'it holds bytes for a client that takes none; let a frozen one go on before its faults change';

/** A toxiproxy server that ends with this process, and its proxies on loopback. */
export class Toxiproxy {
  private constructor(private readonly server: Server) {}

  /** Starts it, and resolves once it answers; see {@link startServer} for what it throws. */
  static async start(): Promise<Toxiproxy> {
    return new Toxiproxy(await startServer());
  }

  /** Adds a proxy of this name between two ports of loopback. */
  async create(proxy: string, listenPort: number, upstreamPort: number): Promise<void> {
    const ends = { listen: `127.0.0.1:${listenPort}`, upstream: `127.0.0.1:${upstreamPort}` };
    await this.#must(proxy, 'POST', '/proxies', { name: proxy, ...ends });
  }

  /** Closes a proxy's port and its connections. */
  async disable(proxy: string): Promise<void> {
    await this.#must(proxy, 'PATCH', `/proxies/${proxy}`, { enabled: false });
  }

  /** Opens a proxy's port again; does nothing where it is open. */
  async enable(proxy: string): Promise<void> {
    await this.#must(proxy, 'PATCH', `/proxies/${proxy}`, { enabled: true });
  }

  /** Adds a toxic to a proxy, or changes the one of the same type and direction. */
  async poison(proxy: string, toxic: Toxic): Promise<void> {
    const toxics = `/proxies/${proxy}/toxics`;
    const name = `${toxic.type}-${toxic.stream}`;
    const existing = await this.#toxics(proxy);
    if (existing.includes(name)) await this.#must(proxy, 'PATCH', `${toxics}/${name}`, toxic);
    else await this.#must(proxy, 'POST', toxics, { ...toxic, name });
  }

  /** Removes all toxics of a proxy. */
  async cure(proxy: string): Promise<void> {
    for (const name of await this.#toxics(proxy)) {
      await this.#must(proxy, 'DELETE', `/proxies/${proxy}/toxics/${name}`);
    }
  }

  /** Ends the server, and with it all connections. */
  async stop(): Promise<void> {
    await this.server.stop();
  }

  async #toxics(proxy: string): Promise<string[]> {
    const { text } = await this.#must(proxy, 'GET', `/proxies/${proxy}/toxics`);
    return Toxics.parse(JSON.parse(text)).map(({ name }) => name);
  }

  async #must(proxy: string, method: string, path: string, body?: object): Promise<Answer> {
    const request = `${method} ${path} for the proxy ${proxy}`;
    const answer = await this.#ask(method, path, body).catch((error: unknown) => {
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const what = `toxiproxy did not answer ${request}: ${messageOf(reason)}`;
      throw new ToolError('TOXIPROXY_SILENT', what, { cause: error });
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const why = answer.status === GAVE_UP ? HOLDS_BYTES : answer.text.trim();
    throw new ToolError('TOXIPROXY_REFUSED', `toxiproxy refused ${request} with ${answer.status}: ${why}`);
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import getPort from 'get-port';
import { keep, type Kept } from '../../../tools/kafka/index.js';
import { messageOf, ToolError } from '../../../tools/tool-error.js';
import { toxiproxyProgram } from './install.js';

const START_LIMIT_MS = 15_000;

/** A toxiproxy that runs. */
export interface Server {
  /** Of its HTTP API. */
  readonly url: string;
  /** Ends it, and with it all connections. */
  stop(): Promise<void>;
}

/**
 * Starts toxiproxy on loopback, building it if necessary; it ends with this process.
 * @throws ToolError `NO_TOXIPROXY` if it is not available, `TOXIPROXY_SILENT` if it does not answer
 */
export async function startServer(): Promise<Server> {
  const command = await toxiproxyProgram();
  const port = await getPort({ host: '127.0.0.1' });
  const args = ['-host', '127.0.0.1', '-port', String(port)];
  // By default it logs every connection.
  const env = { ...process.env, LOG_LEVEL: 'error' };
  const kept = await keep({ command, args, env });
  const words = lastWords(kept);
  let isGone = false;
  void kept.ended.then(() => (isGone = true));
  const stop = async (): Promise<void> => {
    if (!isGone) process.kill(kept.pid, 'SIGKILL');
    await kept.ended;
  };

  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const problem = await ask(url);
    if (problem === undefined) return { url, stop };
    // If its port was taken meanwhile, it runs without its API.
    if (isGone || Date.now() > deadline) {
      await stop();
      throw new ToolError('TOXIPROXY_SILENT', `toxiproxy at ${url} does not answer: ${problem}\n${words()}`);
    }
    await delay(50);
  }
}

/** Drains its output, which would otherwise block it; the returned function gives the end of the output. */
function lastWords({ output, errors }: Kept): () => string {
  const said: string[] = [];
  for (const stream of [output, errors]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (said.length > 20) said.shift();
    });
  }
  return () => said.join('').trim();
}

/** Returns the problem; undefined if there is none. */
async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/version`, { signal: AbortSignal.timeout(2_000) });
    await response.text();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return messageOf(error);
  }
}

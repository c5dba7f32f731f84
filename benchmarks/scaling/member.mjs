import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const here = import.meta.dirname;
const main = path.join(here, '../../dist/src/main.js');

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The built service as one member of a group. */
export class Member {
  /** How many records it has handled. */
  handled = 0;
  #child;
  #ended;
  #output = '';

  /** @param {{ bootstrap: string, groupId: string, topic: string, kind: string }} job */
  constructor({ bootstrap, groupId, topic, kind }) {
    this.#child = spawn(process.execPath, ['--import', path.join(here, 'preload.mjs'), main], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
        PORT: '0',
        KAFKA_BROKERS: bootstrap,
        KAFKA_GROUP_ID: groupId,
        SCALING_TOPIC: topic,
        SCALING_KIND: kind,
      },
    });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (handled) => (this.handled = handled));
    this.#child.stdout.setEncoding('utf8').on('data', (text) => (this.#output += text));
    running.add(this.#child);
  }

  /** Resolves once it is ready. */
  async ready() {
    while (!(await this.#ask('ready')).ok) await sleep(50);
  }

  /** The generation that it has last joined. */
  async generation() {
    const { details } = await (await this.#ask('')).json();
    return details.consumers.groups[0].generation;
  }

  /** SIGTERM; resolves once it has ended. */
  async stop() {
    this.#child.kill('SIGTERM');
    const [code, signal] = await this.#ended;
    running.delete(this.#child);
    if (code !== 0) throw new Error(`A member ended with ${code ?? signal}: ${this.#output.slice(-2000)}`);
  }

  /** @returns {Promise<{ ok: boolean, json?: () => Promise<any> }>} */
  async #ask(probe) {
    const url = /health is served at (http\S+?)\/health/.exec(this.#output)?.[1];
    if (this.#child.exitCode !== null) throw new Error(`A member ended early: ${this.#output.slice(-2000)}`);
    return url === undefined ? { ok: false } : fetch(`${url}/health/${probe}`);
  }
}

import path from 'node:path';
import { keep } from '../../dist/tools/kafka/index.js';
import { cached, mustRun } from './cache.mjs';

const source = path.join(import.meta.dirname, '../topics/Loader.java');

/** The topics of one broker; equal topics are loaded once. */
export class Topics {
  #loaded = new Set();

  /** @param {{ bootstrap: string, lib: string }} kafka */
  constructor(kafka) {
    this.kafka = kafka;
  }

  /**
   * @param {import('../scenarios/index.mjs').Topic} topic
   * @returns {Promise<string[]>} the names of the topics
   */
  async ensure(topic) {
    const { copies = 1 } = topic;
    const names = Array.from({ length: copies }, (_, copy) => nameOf(topic, copy));
    const missing = names.filter((name) => !this.#loaded.has(name));
    if (missing.length > 0) await this.#load(topic, missing);
    for (const name of missing) this.#loaded.add(name);
    return names;
  }

  async #load({ partitions, records, keys, bytes, codec, hot = false }, names) {
    const total = (records * names.length).toLocaleString('en-US');
    console.error(`loading ${total} records of ${bytes} bytes into ${names.length} topic(s) ...`);
    const specs = names.map((name) => [name, partitions, records, keys, bytes, codec, hot].join(','));
    const jars = path.join(this.kafka.lib, '*');
    const classes = await cached('loader', [source], (folder) =>
      mustRun('javac', '-cp', jars, '-d', folder, source),
    );
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
    const classPath = [classes, jars].join(path.delimiter);
    const loader = await keep({
      command: 'java',
      args: ['-Xmx768m', quiet, '-cp', classPath, 'Loader', this.kafka.bootstrap, ...specs],
    });
    let errors = '';
    loader.errors?.setEncoding('utf8').on('data', (text) => (errors += text));
    loader.output?.resume();
    if ((await loader.ended) !== 0) throw new Error(`The topics could not be loaded: ${errors.slice(-500)}`);
  }
}

function nameOf({ partitions, records, keys, bytes, codec, hot }, copy) {
  return [
    `p${partitions}`,
    `r${records}`,
    `k${keys}`,
    `b${bytes}`,
    codec,
    ...(hot ? ['hot'] : []),
    ...(copy > 0 ? [copy] : []),
  ].join('-');
}

import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { keep } from '../../dist/tools/kafka/index.js';

const program = path.join(import.meta.dirname, '../contenders/collector.mjs');

/** Starts a trace collector; its `stop` resolves with the number of received spans. */
export async function startCollector() {
  const child = await keep({ command: process.execPath, args: [program] });
  const lines = createInterface({ input: child.output });
  const [url] = await once(lines, 'line');
  return {
    url,
    stop: async () => {
      const told = once(lines, 'line');
      process.kill(child.pid, 'SIGTERM');
      const [spans] = await told;
      await child.ended;
      return Number(spans);
    },
  };
}

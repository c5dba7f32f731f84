import { createRequire } from 'node:module';
import { join } from 'node:path';
import kafkajs from 'kafkajs';

const load = createRequire(join(process.cwd(), 'package.json'));

/** How a copy of kafkajs looks in this process: the source of functions that the package patches in its own copy. */
function functionsOf(copy: string): string[] {
  const patched = [
    ['broker/index.js', 'fetch'],
    ['consumer/consumerGroup.js', 'fetch'],
    ['cluster/brokerPool.js', 'connect'],
  ] as const;
  return patched.map(([file, method]) => String(load(`${copy}/src/${file}`).prototype[method]));
}

/** The application's own kafkajs, and that of the package. */
export function kafkajsCopies(): {
  readonly own: string[];
  readonly pinned: string[];
  readonly ownSnappy: string;
} {
  let ownSnappy = 'works';
  try {
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy]();
  } catch (error) {
    ownSnappy = String(error);
  }
  return { own: functionsOf('kafkajs'), pinned: functionsOf('kafkajs-pinned'), ownSnappy };
}

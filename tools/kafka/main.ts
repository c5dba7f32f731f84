import { cli, run, wholeNumber } from '../cli.js';
import { stayAlive, stopRequest } from '../stop-request.js';
import { openKafka } from './open-kafka.js';

interface Options {
  brokers: number;
  port?: number;
}

await run(async () => {
  const stop = stopRequest();
  const program = cli('kafka', 'Starts a real Apache Kafka for development and stops it on Ctrl-C.')
    .option('--brokers <number>', 'how many brokers', wholeNumber(1, 9), 1)
    .option('--port <number>', 'port of the first broker; a free one by default', wholeNumber(1, 65_535))
    .parse();
  const options = program.opts<Options>();

  console.error('Starting Kafka ...');
  const opening = openKafka({ ...options, heap: '1g' });
  // Nothing started so far outlives this process.
  const opened = await Promise.race([opening, stop]);
  if (typeof opened === 'string') return 130;

  console.log(`Kafka is ready: KAFKA_BROKERS=${opened.bootstrap} (${opened.origin}). Ctrl-C to stop.`);
  const reason = await stayAlive(Promise.race([opened.ended, stop]));
  if (reason instanceof Error) {
    console.error(reason.message);
    await opened.stop();
    return 1;
  }
  await opened.stop();
  console.error(opened.external ? 'Left Kafka running.' : 'Kafka is stopped.');
  return 0;
});

import { cli, run, wholeNumber } from '../cli.js';
import { stayAlive, stopRequest } from '../stop-request.js';
import { freeLocalPort, LOCAL_BROKER } from './brokers-option.js';
import { openKafka } from './open-kafka.js';

interface Options {
  nodes: number;
  port?: number;
}

await run(async () => {
  const stop = stopRequest();
  const program = cli('kafka', 'Starts a real Apache Kafka for development and stops it on Ctrl-C.')
    .option('--nodes <number>', 'number of brokers', wholeNumber(1, 9), 1)
    .option(
      '--port <number>',
      'port of the first broker; default: 9092, or a free one',
      wholeNumber(1, 65_535),
    )
    .parse();
  const { nodes, port = await freeLocalPort(nodes) } = program.opts<Options>();

  console.error('Starting Kafka ...');
  const opening = openKafka({ brokers: nodes, ...(port !== undefined && { port }), heap: '1g' });
  // Brokers that were started end with this process.
  const opened = await Promise.race([opening, stop]);
  if (typeof opened === 'string') return 130;

  console.log(`Kafka is ready: KAFKA_BROKERS=${opened.bootstrap} (${opened.origin}). Ctrl-C to stop.`);
  if (opened.bootstrap.split(',')[0] !== LOCAL_BROKER)
    console.log(`The service and the tools use ${LOCAL_BROKER} by default: set KAFKA_BROKERS for them.`);
  const reason = await stayAlive(Promise.race([opened.ended, stop]));
  if (reason instanceof Error) {
    console.error(reason.message);
    await opened.stop();
    return 1;
  }
  await opened.stop();
  console.error(opened.external ? 'Kafka keeps running.' : 'Kafka has stopped.');
  return 0;
});

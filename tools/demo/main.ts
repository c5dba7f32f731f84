import { cli, run } from '../cli.js';
import { openKafka, type OpenKafka } from '../kafka/index.js';
import { stayAlive, stopRequest } from '../stop-request.js';
import { Demonstration } from './demonstration.js';

interface Options {
  readonly brokers?: string;
  readonly exit?: true;
}

let kafka: OpenKafka | undefined;
let demo: Demonstration | undefined;

await run(async () => {
  const stop = stopRequest();
  const program = cli(
    'demo',
    'Shows in half a minute what the service promises, with three workers on a Kafka of their own, or on that of ' +
      '--brokers or KAFKA_BROKERS.',
  )
    .option(
      '--brokers <list>',
      'host:port, several separated by commas; default: KAFKA_BROKERS, else a new Kafka',
    )
    .option('--exit', 'end by itself; exit code 1 if a promise was broken')
    .parse();
  const { brokers, exit = false } = program.opts<Options>();
  try {
    const problems = await stayAlive(Promise.race([demonstrate(brokers), stop]));
    if (typeof problems === 'string') return 130;
    for (const problem of problems) console.error(`Failed: ${problem}.`);
    if (!exit) console.log(`\n${demo?.hints() ?? ''}\nCtrl-C to stop.`);
    const asked = exit || (await stayAlive(ending(stop)));
    const stopped = (await demo?.workers.stop()) ?? true;
    if (!stopped) console.error('Failed: a worker did not stop cleanly.');
    return asked && stopped && problems.length === 0 ? 0 : 1;
  } finally {
    await demo?.workers.stop();
    await demo?.cleanUp();
    await kafka?.stop();
  }
});

async function demonstrate(brokers: string | undefined): Promise<readonly string[]> {
  console.log('Starting Kafka ...');
  kafka = await openKafka(brokers === undefined ? {} : { bootstrap: brokers });
  console.log(`Kafka: ${kafka.bootstrap} (${kafka.origin})`);
  demo = new Demonstration(kafka);
  return demo.run();
}

/** Resolves with true if asked to stop, with false if Kafka or a worker ended by itself. */
async function ending(stop: Promise<string>): Promise<boolean> {
  const never = new Promise<never>(() => undefined);
  const reason = await Promise.race([stop, kafka?.ended ?? never, demo?.workers.ended ?? never]);
  if (typeof reason === 'string') return true;
  console.error(reason instanceof Error ? reason.message : `A worker ended with exit code ${reason}.`);
  return false;
}

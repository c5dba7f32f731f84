import type { Command } from 'commander';
import getPort from 'get-port';

const HOST = '127.0.0.1';
/** The port of `npm run kafka`, and of the service's default brokers. */
const LOCAL_PORT = 9092;

/** Where `npm run kafka` listens, unless the port is taken. */
export const LOCAL_BROKER = `${HOST}:${LOCAL_PORT}`;

/** Adds the option by which every tool names its brokers. */
export function withBrokersOption(command: Command): Command {
  return command.option(
    '--brokers <list>',
    'host:port, several separated by commas; default: KAFKA_BROKERS, else the Kafka of `npm run kafka`',
  );
}

/** The brokers of a tool: those of the option, else of KAFKA_BROKERS, else the Kafka of `npm run kafka`. */
export function chooseBrokers(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  return option?.trim() || env['KAFKA_BROKERS']?.trim() || LOCAL_BROKER;
}

/** The local port if it and those of further nodes are free; undefined if one of them is taken. */
export async function freeLocalPort(nodes: number): Promise<number | undefined> {
  for (let port = LOCAL_PORT; port < LOCAL_PORT + nodes; port += 1) {
    if ((await getPort({ host: HOST, port })) !== port) return undefined;
  }
  return LOCAL_PORT;
}

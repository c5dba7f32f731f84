import { randomBytes } from 'node:crypto';
import getPort from 'get-port';
import { projectName } from '../project.js';
import { ToolError } from '../tool-error.js';
import { execute } from './execute.js';
import { kafkaVersion } from './jars.js';
import { afterwards, keep } from './keeper.js';
import type { OpenKafka } from './opened.js';
import { waitUntilReady } from './ready.js';
import { serverProperties } from './server-properties.js';

const image = `apache/kafka:${kafkaVersion}`;

/** Tries twice, since the engine may still be creating the container when its client dies. */
const removeScript = `
docker rm -f -v "$1"
[ -z "$ORPHANED" ] || { sleep 3; docker rm -f -v "$1"; }
true
`;

/** Whether a Docker engine answers and has, or can pull, Kafka's image. */
export async function canUseDocker(): Promise<boolean> {
  const engine = await execute('docker', ['info'], { timeoutMs: 5_000 });
  if (engine.code !== 0) return false;
  if ((await execute('docker', ['image', 'inspect', image], { timeoutMs: 10_000 })).code === 0) return true;
  console.error(`Pulling ${image} ...`);
  return (await execute('docker', ['pull', '-q', image], { timeoutMs: 300_000 })).code === 0;
}

/** Starts a broker in a container that ends with this process. */
export async function startInDocker(wantedPort?: number): Promise<OpenKafka> {
  const port = wantedPort ?? (await getPort({ host: '127.0.0.1' }));
  const container = `${projectName}-${randomBytes(4).toString('hex')}`;
  const remove = afterwards('/bin/sh', '-c', removeScript, 'remove', container);
  const docker = await keep({
    command: 'docker',
    args: ['run', '--rm', '--name', container, '-p', `127.0.0.1:${port}:${port}`, ...settings(port), image],
  });
  const said: string[] = [];
  for (const stream of [docker.output, docker.errors]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (said.length > 50) said.shift();
    });
  }
  const ended = docker.ended.then(
    () =>
      new ToolError('KAFKA_ENDED', `The container ended by itself:\n${said.join('').slice(-2000).trim()}`),
  );
  const bootstrap = `127.0.0.1:${port}`;
  try {
    await waitUntilReady(bootstrap, { timeoutMs: 120_000, failed: ended });
  } catch (error) {
    await remove();
    throw error;
  }
  return { bootstrap, origin: `Docker container ${container}`, ended, stop: remove };
}

/** The image reads server.properties from its environment: KAFKA_NODE_ID is node.id. */
function settings(port: number): string[] {
  const node = { nodeId: 1, port, controllerPort: port === 9093 ? 9094 : 9093 };
  const properties = serverProperties(node, '/tmp/kafka-data', {
    nodes: [node],
    properties: listenEverywhere(node),
  });
  return properties
    .trim()
    .split('\n')
    .flatMap((line) => ['-e', variable(line)]);
}

/** Traffic to the published port arrives at the container's own address, not at its loopback address. */
function listenEverywhere(node: { port: number; controllerPort: number }): Record<string, string> {
  return { listeners: `PLAINTEXT://:${node.port},CONTROLLER://:${node.controllerPort}` };
}

function variable(line: string): string {
  const [name = '', ...value] = line.split('=');
  return `KAFKA_${name.toUpperCase().replaceAll('.', '_')}=${value.join('=')}`;
}

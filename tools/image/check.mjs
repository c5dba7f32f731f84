/**
 * Builds the image of the Dockerfile without Docker and starts it: it must answer without a broker, and exit with 0 on
 * SIGTERM. `node_modules/.bin/node tools/image/check.mjs`
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildImage, inside } from './build.mjs';
import { checkSbom } from './sbom.mjs';
import { changedFiles, listFiles } from './files.mjs';

const LIVE_WITHIN_MS = 20_000;
/** SHUTDOWN_TIMEOUT_MS is 25 s by default. */
const STOP_WITHIN_MS = 30_000;

/** The image runs in production, where the group has no default. */
const group = { KAFKA_GROUP_ID: 'image-check' };

const work = mkdtempSync(join(tmpdir(), 'image-check-'));
let service;
process.once('exit', () => {
  service?.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
});
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

try {
  await check();
} catch (error) {
  console.error(`\nimage check failed: ${error.message}`);
  process.exitCode = 1;
}

async function check() {
  const image = buildImage(resolve(import.meta.dirname, '../..'), work, printStep);
  assert.match(
    image.user,
    /^[1-9]\d*(:\d+)?$/,
    `the image must run as a numbered user, not as ${image.user}`,
  );
  const modules = listFiles(inside(image, 'node_modules'));
  const megabytes = modules.reduce((sum, { size }) => sum + size, 0) / 1e6;
  console.log(`production node_modules: ${megabytes.toFixed(1)} MB in ${modules.length} files`);
  const named = checkSbom(inside(image, 'sbom.cdx.json'), inside(image, 'node_modules'));
  console.log(`sbom.cdx.json: names all ${named} packages`);

  const before = listFiles(image.root);
  await checkService(image);
  await checkCommands(image);
  const written = changedFiles(before, listFiles(image.root)).map((path) => path.slice(image.root.length));
  assert.deepEqual(written, [], `the service runs on a read-only file system, but wrote ${written}`);
}

async function checkService(image) {
  const [port, closedPort] = [await freePort(), await freePort()];
  // Only the container's environment.
  const env = { ...image.env, ...group, PORT: String(port), KAFKA_BROKERS: `127.0.0.1:${closedPort}` };
  const [, ...args] = nodeCommand([...(image.entrypoint ?? []), ...(image.command ?? [])]);
  service = spawn(process.execPath, args, { cwd: inside(image), env, stdio: ['ignore', 'pipe', 'pipe'] });
  // Not `exit`, which may precede the last log output.
  const closed = once(service, 'close');
  const log = [];
  for (const stream of [service.stdout, service.stderr]) stream.on('data', (chunk) => log.push(chunk));

  try {
    const begun = performance.now();
    await untilLive(`http://127.0.0.1:${port}/health/live`, service);
    console.log(`GET /health/live: 200 after ${Math.round(performance.now() - begun)} ms, no broker`);
    const startup = await fetch(`http://127.0.0.1:${port}/health/startup`);
    assert.equal(
      startup.status,
      503,
      `GET /health/startup: ${startup.status}, 503 expected without a broker`,
    );
    console.log('GET /health/startup: 503');
    checkHealthcheck(image, env);
    await checkStop(service, closed);
  } catch (error) {
    service.kill('SIGKILL');
    await closed;
    throw new Error(`${error.message}\nlog of the service:\n${Buffer.concat(log)}`, { cause: error });
  }
}

/** The commands work with the production dependencies only, and end by themselves without a broker. */
async function checkCommands(image) {
  const [, ...entrypoint] = nodeCommand(image.entrypoint ?? []);
  const env = { ...image.env, ...group, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
  const { status, stderr } = spawnSync(process.execPath, [...entrypoint, 'dist/src/cli.js', 'dlq', 'list'], {
    cwd: inside(image),
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 1, `dlq list without a broker ended with ${status}: ${stderr}`);
  assert.match(stderr, /^error: no broker at [^\n]+\n$/);
  console.log('dlq list: exit code 1, no broker');
}

function checkHealthcheck(image, env) {
  const [, ...args] = nodeCommand(image.healthcheck ?? []);
  const { status } = spawnSync(process.execPath, args, { cwd: inside(image), env, timeout: 10_000 });
  assert.equal(status, 0, `the image's HEALTHCHECK ended with ${status} on a live service`);
  console.log('HEALTHCHECK: passes');
}

async function checkStop(child, closed) {
  const begun = performance.now();
  child.kill('SIGTERM');
  const late = delay(STOP_WITHIN_MS, undefined, { ref: false });
  const ended = await Promise.race([closed, late]);
  assert.ok(ended, `still running ${STOP_WITHIN_MS} ms after SIGTERM`);
  const [code, signal] = ended;
  assert.equal(code, 0, `exit code ${code ?? signal} after SIGTERM, 0 expected`);
  console.log(`SIGTERM: exit code 0 after ${Math.round(performance.now() - begun)} ms`);
}

async function untilLive(url, child) {
  const deadline = performance.now() + LIVE_WITHIN_MS;
  let last = 'no answer';
  while (performance.now() < deadline) {
    assert.equal(child.exitCode, null, `the service ended with ${child.exitCode} before it answered`);
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (status === 200) return;
      last = `status ${status}`;
    } catch (error) {
      last = error.cause?.code ?? error.name;
    }
    await delay(100);
  }
  assert.fail(`GET ${url}: ${last} for ${LIVE_WITHIN_MS} ms, 200 expected`);
}

/** Checks that a command starts Node, whose path differs from that of this machine. */
function nodeCommand(command) {
  assert.match(command[0] ?? '', /(^|\/)node$/, `the command must start Node itself: ${command.join(' ')}`);
  return command;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

function printStep(step, elapsedMs) {
  const time = elapsedMs > 100 ? ` (${(elapsedMs / 1000).toFixed(1)} s)` : '';
  console.log(`${step.length > 100 ? `${step.slice(0, 97)}...` : step}${time}`);
}

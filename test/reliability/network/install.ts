import { existsSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from '../../../tools/install-once.js';
import { execute } from '../../../tools/kafka/index.js';
import { cacheFolder } from '../../../tools/project.js';
import { ToolError } from '../../../tools/tool-error.js';

const VERSION = '2.12.0';
const FOLDER = `toxiproxy-${VERSION}`;
const SOURCE = `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`;

const BUILD_LIMIT_MS = 10 * 60_000;

/**
 * The toxiproxy server's program, built once per user with Go.
 * @throws ToolError `NO_TOXIPROXY` if Go is missing or cannot build it
 */
export async function toxiproxyProgram(): Promise<string> {
  return path.join(await installOnce(FOLDER, build), 'server');
}

/** Whether toxiproxy is available or can be built. */
export async function canHaveToxiproxy(): Promise<boolean> {
  return existsSync(path.join(cacheFolder(), FOLDER)) || (await hasGo());
}

async function hasGo(): Promise<boolean> {
  return (await execute('go', ['version'], { timeoutMs: 20_000 })).code === 0;
}

async function build(folder: string): Promise<void> {
  if (!(await hasGo())) {
    throw new ToolError(
      'NO_TOXIPROXY',
      `Network faults are made by toxiproxy ${VERSION}, which is built with Go: install Go 1.23 or newer.`,
    );
  }
  console.error(`Building toxiproxy ${VERSION} with Go (once, about a minute) ...`);
  const { code, stdout, stderr } = await execute('go', ['install', SOURCE], {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: BUILD_LIMIT_MS,
  });
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n');
  throw new ToolError('NO_TOXIPROXY', `Go could not build toxiproxy ${VERSION}:\n${lines}`);
}

import { createReadStream, fstatSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromCaller, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';

/** The source of the lines for the tutorial topics. */
export interface Input {
  readonly name: string;
  readonly stream: AsyncIterable<Uint8Array | string>;
}

/** How long a pipe may deliver nothing before the demo's own lines are sent. */
const silenceMs = 500;

/** Starts reading standard input; `data` tells later whether anything arrived. */
export function watchStandardInput(): { hasData(): Promise<boolean> } {
  if (!isWorthReading()) return { hasData: () => Promise.resolve(false) };
  let open = true;
  const arrived = new Promise<void>((resolve) => {
    process.stdin.once('readable', resolve);
    process.stdin.once('error', () => resolve());
  });
  void arrived.then(() => (open = false));
  return {
    async hasData() {
      // Some CI systems attach a pipe that nobody writes to and that never closes.
      if (open) await Promise.race([arrived, delay(silenceMs)]);
      return process.stdin.readableLength > 0;
    },
  };
}

/** Chooses the lines: the named file, else standard input if it has any, else the demo's own. */
export async function chooseInput(
  file: string | undefined,
  stdin: { hasData(): Promise<boolean> },
): Promise<Input> {
  if (file !== undefined) return fileInput(fromCaller(file), file);
  if (await stdin.hasData()) return { name: 'the standard input', stream: process.stdin };
  return fileInput(path.join(projectRoot, 'tools/demo/input.txt'), 'tools/demo/input.txt');
}

/** Opens a file of lines. */
export async function fileInput(file: string, name: string): Promise<Input> {
  await requireFile(file, name);
  return { name, stream: createReadStream(file) };
}

/** @throws ToolError `NO_FILE` if it cannot be read */
export async function requireFile(file: string, name: string): Promise<void> {
  try {
    await access(file);
  } catch (error) {
    throw new ToolError('NO_FILE', `Cannot read ${name}.`, { cause: error });
  }
}

/** Whether standard input can deliver lines: not a terminal, and not a device such as /dev/null. */
function isWorthReading(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

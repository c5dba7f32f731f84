import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const Line = z.object({
  at: z.number(),
  rss: z.number().optional(),
  resources: z.record(z.string(), z.number()).optional(),
  rebalances: z.number().optional(),
  crash: z.string().optional(),
  leak: z.string().optional(),
});

/** A process's report about itself at one moment. */
export type Vital = z.infer<typeof Line>;

/** A line is shorter than half of this. */
const TAIL_BYTES = 4096;

/** How often a process has reported joining its group. */
export function rebalancesOf(folder: string, slot: string, pid: number): number {
  const file = path.join(folder, `${slot}.${pid}.vitals`);
  if (!existsSync(file)) return 0;
  const lines = tailOf(file).split('\n').slice(0, -1);
  const last = lines.findLast((line) => line.startsWith('{') && line.includes('"rebalances"'));
  return last === undefined ? 0 : (Line.parse(JSON.parse(last)).rebalances ?? 0);
}

function tailOf(file: string): string {
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(TAIL_BYTES);
    const from = Math.max(0, fstatSync(opened).size - TAIL_BYTES);
    return bytes.toString('utf8', 0, readSync(opened, bytes, 0, TAIL_BYTES, from));
  } finally {
    closeSync(opened);
  }
}

/** The reports of all processes of the run, by process name. */
export function allVitals(folder: string): Map<string, Vital[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.vitals'));
  return new Map(names.map((name) => [path.basename(name, '.vitals'), read(path.join(folder, name))]));
}

function read(file: string): Vital[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // Text after the last line end was cut off when the process ended.
  return lines.slice(0, -1).map((line) => Line.parse(JSON.parse(line)));
}

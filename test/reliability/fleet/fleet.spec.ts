import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FailedStartsError } from './failed-starts.js';
import { Fleet } from './fleet.js';

/** An address without a listener. */
const NOBODY = '127.0.0.1:9';

let folder: string;
let fleet: Fleet;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-'));
  fleet = fleetWith({});
});
afterEach(async () => {
  await fleet.stopAll();
  rmSync(folder, { recursive: true });
});

function fleetWith(env: Readonly<Record<string, string>>): Fleet {
  const streams = [{ topic: 'topic', options: {}, delayMs: 0 }];
  const bootstrapOf = (): string => NOBODY;
  return new Fleet({ runtime: 'kafkajs', groupId: 'group', streams, folder, bootstrapOf, env });
}

describe('a fleet', () => {
  test('a fleet has one instance per slot, even while it is being started', async () => {
    const first = fleet.start('a');
    await expect(fleet.start('a')).rejects.toThrow('instance a runs already');
    await first;
    await expect(fleet.start('a')).rejects.toThrow('instance a runs already');
    expect([...fleet.running.keys()]).toEqual(['a']);
  });

  test('a fleet stops an instance that is being started', async () => {
    const started = fleet.start('a');
    await fleet.stop('a');
    await started;
    expect(fleet.running.size).toBe(0);
  });

  test('a fleet has no instance left once all were stopped, not even scheduled ones', async () => {
    await fleet.start('a');
    await fleet.kill('a');
    await fleet.stopAll();
    expect([fleet.running.size, fleet.exits.length]).toEqual([0, 1]);
  });

  test('a fleet whose instance exits at every start says so at once, with the last lines of its log', async () => {
    fleet = fleetWith({ NODE_OPTIONS: '--import=./not-there.mjs' });
    await fleet.start('a');
    const error = await fleet.joined('a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FailedStartsError);
    expect(String(error)).toMatch(/instance a exited with code 1 at each of its \d starts.*not-there\.mjs/s);
  });

  test('a fleet starts an instance again that was killed before it joined', async () => {
    for (let kills = 0; kills < 3; kills++) {
      await fleet.start('a').catch(() => undefined);
      await fleet.kill('a');
    }
    await expect(fleet.joined('a', 500)).rejects.toThrow('instance a has not joined its group');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Fleet } from './fleet.js';

/** An address without a listener. */
const NOBODY = '127.0.0.1:9';

let folder: string;
let fleet: Fleet;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-'));
  const streams = [{ topic: 'topic', options: {}, delayMs: 0 }];
  fleet = new Fleet({
    runtime: 'kafkajs',
    groupId: 'group',
    streams,
    folder,
    bootstrapOf: () => NOBODY,
    env: {},
  });
});
afterEach(async () => {
  await fleet.stopAll();
  rmSync(folder, { recursive: true });
});

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
});

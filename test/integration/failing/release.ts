import { toReleaseRequest } from '../../../src/redelivery/parking/parked-entry.js';
import { produce } from '../../support/kafka.js';

/** Asks for a parked key's release as the command line does. */
export async function release(topic: string, groupId: string, key: string, partition = 0): Promise<void> {
  const { key: name, value } = toReleaseRequest(key);
  await produce(`${topic}.${groupId}.parked`, [
    { key: Buffer.from(name ?? ''), value: String(value), partition },
  ]);
}

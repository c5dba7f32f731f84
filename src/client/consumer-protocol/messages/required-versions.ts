import { consumerGroupHeartbeat } from './consumer-group-heartbeat.js';
import { fetch } from './fetch.js';
import { findCoordinator } from './find-coordinator.js';
import { listOffsets } from './list-offsets.js';
import { metadata } from './metadata.js';
import { offsetCommit } from './offset-commit.js';
import { offsetFetch } from './offset-fetch.js';
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.js';

/** The versions that a broker offers, by API key: the answer to ApiVersions. */
export type OfferedVersions = Readonly<
  Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>
>;

/**
 * Which of the requests that the new group protocol needs a broker does not offer. A broker may offer all of them and
 * refuse them all the same: an administrator can turn the protocol off (`group.version=0`).
 * @returns their names and versions; none if the broker offers all of them
 */
export function missingVersions(offered: OfferedVersions): string[] {
  return REQUIRED.filter(({ apiKey, apiVersion }) => {
    const range = offered[apiKey];
    return !range || apiVersion < range.minVersion || apiVersion > range.maxVersion;
  }).map(({ apiName, apiVersion }) => `${apiName} v${apiVersion}`);
}

const REQUIRED = [
  consumerGroupHeartbeat,
  fetch,
  findCoordinator,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  offsetForLeaderEpoch,
];

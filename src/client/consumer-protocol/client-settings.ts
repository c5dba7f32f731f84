import type { Clock } from '../../pipeline/index.js';
import type { FetchSettings } from './fetch/fetch-settings.js';
import type { MemberSettings } from './membership/member-settings.js';
import type { OfferedVersions } from './messages/required-versions.js';
import type { Brokers } from './brokers.js';

/** Connections to a cluster that belong to one client. */
export interface ClientBrokers extends Brokers {
  /** @returns the versions of requests that the brokers offer */
  connect(): Promise<OfferedVersions>;
  /** Closes all connections at once; unanswered requests reject. */
  disconnect(): Promise<void>;
}

/** The dependencies of a client of the new group protocol. */
export interface ConsumerProtocolParts {
  readonly member: MemberSettings;
  readonly fetch: FetchSettings;
  readonly brokers: ClientBrokers;
  readonly clock: Clock;
  /** @returns the error with its cause and remedy, if access was denied */
  readonly explain: (error: unknown, topics: readonly string[]) => unknown;
  /** Logs what an operator has to know. */
  readonly warn: (text: string) => void;
}

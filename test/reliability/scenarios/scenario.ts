import type { Deed } from '../load/load.js';
import type { Runtime } from '../report/result.js';
import type { Scene, StreamSpec } from '../scene.js';

/** A scenario with faults, and the promises that hold nevertheless. */
export interface Scenario {
  readonly name: string;
  /** A sentence about the scenario. */
  readonly description: string;
  /** Injects the faults; removes all of them at its end. */
  readonly play: (scene: Scene) => Promise<void>;
  /** Record by record, in key order, 12 partitions and 5 ms by default. */
  readonly streams?: readonly StreamSpec[];
  /** Instances at the start; 3 by default. */
  readonly instances?: number;
  /** Records per second; default: 400. */
  readonly rate?: number;
  readonly keys?: number;
  readonly deedOf?: (id: number) => Deed | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** The other runtimes for which it is meaningful; default: both. */
  readonly peers?: readonly Exclude<Runtime, 'ours'>[];
  /** Whether it needs the proxies between instances and brokers. */
  readonly needsNetwork?: boolean;
  /** Whether the fault resets or deletes committed offsets. */
  readonly offsetsMove?: boolean;
  /** The fault recreates the topic: members correct commits of the old one within this time. */
  readonly takenBackWithinMs?: number;
  /** Whether commits may pass an unhandled record, because it is stored in another topic or has replaced another one. */
  readonly keepsAside?: boolean;
  /** Whether records of a key are not handled in the order of their offsets, because of two logs or of stored records. */
  readonly unordered?: boolean;
  /** Whether the list of brokers begins and ends with an unreachable address. */
  readonly deadAddresses?: boolean;
  /** An offset that the fault itself has committed; the service is not to blame for it. */
  readonly setsOffsetsTo?: number;
  /** Whether the fault ends processes by an uncaught error. */
  readonly processesFail?: boolean;
  /** Whether the fault leaks memory on purpose. */
  readonly memoryGrows?: boolean;
}

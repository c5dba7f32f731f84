import type { Deed } from '../load/load.js';
import type { Runtime } from '../report/result.js';
import type { Scene, StreamSpec } from '../scene.js';

/** Harm to be done, and what is promised all the same. */
export interface Scenario {
  readonly name: string;
  /** What is done, in a sentence. */
  readonly description: string;
  /** What harm is done by; it ends with everything healed. */
  readonly play: (scene: Scene) => Promise<void>;
  /** Record by record, in key order, 12 partitions and 5 ms by default. */
  readonly streams?: readonly StreamSpec[];
  /** Instances at the start; 3 by default. */
  readonly instances?: number;
  /** Records a second; 400 by default. */
  readonly rate?: number;
  readonly keys?: number;
  readonly deedOf?: (id: number) => Deed | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Which other runtimes it says something about; both by default. */
  readonly peers?: readonly Exclude<Runtime, 'ours'>[];
  /** Needs the proxies between instances and brokers. */
  readonly needsNetwork?: boolean;
  /** The fault sets committed offsets back, or drops them. */
  readonly offsetsMove?: boolean;
  /** The fault makes the topic anew: what members commit of the old one, they take back within this time. */
  readonly takenBackWithinMs?: number;
  /** Commits may pass a record that is not done: it is kept in a topic of the service, or came in the place of another. */
  readonly keepsAside?: boolean;
  /** Records of a key are not handled in the order of their offsets: these are of two logs, or some wait elsewhere. */
  readonly unordered?: boolean;
  /** The list of brokers begins and ends with an address that nobody listens at. */
  readonly deadAddresses?: boolean;
  /** An offset that the fault itself has committed; the service finds it there, and no fault is its own. */
  readonly setsOffsetsTo?: number;
  /** The fault ends processes from within, by an error that nobody can catch. */
  readonly processesFail?: boolean;
  /** The fault takes memory on purpose. */
  readonly memoryGrows?: boolean;
}

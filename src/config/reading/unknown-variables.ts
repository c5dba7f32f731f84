import { closestMatch } from 'leven';
import type { ConfigProblem } from '../config-error.js';
import { fileVariable, trimmedText } from './read-variables.js';
import { show } from '../show.js';
import { describeVariables } from '../variables/environment.js';

const PREFIX = 'KAFKA_';
const KNOWN = describeVariables().flatMap(({ name, file }) =>
  file === true ? [name, fileVariable(name)] : [name],
);

/** Variables that Kubernetes injects for a Service named `kafka` or `kafka-...`. */
const KUBERNETES =
  /^KAFKA_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)$/;
/** Variables of Kafka's own scripts and images, often set where a broker is installed. */
const DISTRIBUTION = /^KAFKA_(?:HOME|VERSION|DEBUG|(?:\w+_)?OPTS)$/;

/** Kafka's own names for settings that have another name here, too different for a spelling suggestion. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  KAFKA_BOOTSTRAP_SERVERS: 'KAFKA_BROKERS',
  KAFKA_CONSUMER_GROUP: 'KAFKA_GROUP_ID',
  KAFKA_MAX_POLL_INTERVAL_MS: 'KAFKA_REBALANCE_TIMEOUT_MS',
  KAFKA_MAX_PARTITION_FETCH_BYTES: 'KAFKA_FETCH_MAX_BYTES_PER_PARTITION',
};

/** Reports unknown `KAFKA_` variables: a misspelt one would otherwise silently leave its default in force. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly ConfigProblem[] {
  return Object.keys(env).flatMap((name) => {
    const text = trimmedText(env, name);
    if (text === undefined || !name.startsWith(PREFIX) || KNOWN.includes(name) || isForeign(name, text))
      return [];
    // Do not show the value: it may be a secret under a misspelt name.
    return [{ variable: name, got: show(text, true), accepts: 'no such variable', hint: suggestion(name) }];
  });
}

function isForeign(name: string, text: string): boolean {
  if (name === 'KAFKA_PORT' || KUBERNETES.test(name) || DISTRIBUTION.test(name)) return true;
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(text);
}

function suggestion(name: string): string {
  const base = name.replace(/_FILE$/, '');
  if (KNOWN.includes(base)) return `set ${base} itself; only secrets and PEM are read from files`;
  const near = OTHER_NAMES[name] ?? closestMatch(name, KNOWN, { maxDistance: maxEdits(name) });
  return near === undefined ? 'remove it' : `did you mean ${near}?`;
}

/** The most edits that still count as a misspelling: one in four characters. */
function maxEdits(name: string): number {
  return Math.max(2, Math.ceil((name.length - PREFIX.length) / 4));
}

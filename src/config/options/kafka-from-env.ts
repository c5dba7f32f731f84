import { Logger } from '@nestjs/common';
import { ConfigError, type ConfigProblem } from '../config-error.js';
import type { KafkaConfig } from '../config.js';
import { checkEnvironment } from '../load-config.js';
import { trimmedText } from '../reading/read-variables.js';
import { thisHost } from '../reading/host.js';
import { renameVariables } from '../rename-variables.js';
import type { KafkaModuleOptions } from './kafka-options.js';
import { OPTION_VARIABLES } from './option-variables.js';

const PREFIX = 'KAFKA_';
const REQUIRED = ['KAFKA_BROKERS', 'KAFKA_CLIENT_ID', 'KAFKA_GROUP_ID'] as const;

/** Options of {@link kafkaFromEnv}. */
export interface KafkaFromEnvOptions {
  /** The environment; by default that of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Replaces `KAFKA_` in the names of the variables. */
  readonly prefix?: string;
  /** How unknown variables with the prefix are reported. Default: a warning in the log. */
  readonly unknown?: 'warn' | 'error';
}

/**
 * Options of `KafkaModule` from the `KAFKA_` variables of docs/configuration.md; no other variable is read. Options
 * whose variable is not set are omitted, so the result can be spread together with other options.
 *
 * @throws ConfigError if a variable is invalid, or the brokers, client id or group id are not set
 * @example
 * KafkaModule.forRootAsync({ useFactory: () => kafkaFromEnv({ prefix: 'SHOP_KAFKA_' }) })
 */
export function kafkaFromEnv(options: KafkaFromEnvOptions = {}): KafkaModuleOptions {
  const { env = process.env, prefix = PREFIX, unknown = 'warn' } = options;
  const own = ownVariables(env, prefix);
  const { config, problems, unknown: unknownVariables } = checkEnvironment(own, thisHost);
  const missing = REQUIRED.filter((name) => trimmedText(own, name) === undefined).map(missingVariable);
  const found = [...problems, ...missing, ...(unknown === 'error' ? unknownVariables : [])];
  const nameOf = (name: string): string | undefined =>
    name.startsWith(PREFIX) ? prefix + name.slice(PREFIX.length) : undefined;
  if (found.length > 0) throw new ConfigError(found.map((problem) => renameVariables(problem, nameOf)));
  if (unknown === 'warn') warnAbout(unknownVariables.map((problem) => renameVariables(problem, nameOf)));
  return setOptions(config.kafka, own);
}

/** The variables with the prefix, renamed as in the schema. */
function ownVariables(env: NodeJS.ProcessEnv, prefix: string): NodeJS.ProcessEnv {
  const own = Object.entries(env)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => [PREFIX + name.slice(prefix.length), text]);
  return Object.fromEntries(own);
}

function missingVariable(variable: string): ConfigProblem {
  return { variable, got: 'not set', accepts: 'a value of your own', hint: 'set it: it has no default' };
}

function warnAbout(unknownVariables: readonly ConfigProblem[]): void {
  const logger = new Logger('KafkaModule');
  for (const { variable, hint = '' } of unknownVariables) {
    const guess = hint.startsWith('did you mean') ? `; ${hint}` : '';
    logger.warn(`${variable} is not read: there is no such variable${guess}`);
  }
}

function setOptions(kafka: KafkaConfig, own: NodeJS.ProcessEnv): KafkaModuleOptions {
  const variables: Readonly<Record<string, string>> = OPTION_VARIABLES;
  const isSet = ([option, value]: readonly [string, unknown]): boolean => {
    const name = variables[option];
    return name === undefined ? value !== undefined : trimmedText(own, name) !== undefined;
  };
  const { brokers, clientId, groupId } = kafka;
  return { ...Object.fromEntries(Object.entries(kafka).filter(isSet)), brokers, clientId, groupId };
}

import { ConfigError } from '../config-error.js';
import type { ServiceConfig } from '../config.js';
import { checkEnvironment, deepFreeze } from '../load-config.js';
import { thisHost, type Host } from '../reading/host.js';
import { renameVariables } from '../rename-variables.js';
import type { KafkaModuleConfig, KafkaModuleOptions } from './kafka-options.js';
import { optionOf, toVariables } from './option-variables.js';

const HOUR_MS = 3_600_000;

/**
 * Validates options and adds the defaults.
 *
 * @throws ConfigError with every problem of the options
 */
export function resolveOptions(options: KafkaModuleOptions, host: Host = thisHost): KafkaModuleConfig {
  const { env, problems } = toVariables(options);
  const known = new Set(problems.map(({ variable }) => variable));
  const { config, problems: invalid } = checkEnvironment(env, host);
  const renamed = invalid.map((problem) => renameVariables(problem, optionOf));
  const all = [...problems, ...renamed.filter(({ variable }) => !known.has(variable))];
  if (all.length > 0) throw new ConfigError(all, 'options');
  const { kafka, shutdownTimeoutMs, database, idempotency } = config;
  return deepFreeze({ kafka, shutdownTimeoutMs, database, idempotency });
}

/** Converts a configuration from the environment to options of `KafkaModule`. */
export function optionsOf(config: KafkaModuleConfig | ServiceConfig): KafkaModuleOptions {
  const { kafka, shutdownTimeoutMs, database, idempotency } = config;
  return { ...kafka, shutdownTimeoutMs, database, idempotency: { ttlHours: idempotency.ttlMs / HOUR_MS } };
}

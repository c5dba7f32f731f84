import type { ServiceConfig } from './config.js';
import { loadConfig } from './load-config.js';

/**
 * Checks the environment before anything is built from it, so that what is wrong with it is said once and plainly.
 * @returns the configuration that it makes
 * @throws ConfigError with every problem
 */
export function checkEnvironment(): ServiceConfig {
  return loadConfig(process.env);
}

import { loadConfig } from './load-config.js';

/**
 * Checks the environment before anything is built from it, so that what is wrong with it is said once and plainly.
 * @throws ConfigError with every problem
 */
export function checkEnvironment(): void {
  loadConfig(process.env);
}

import { ConfigError, type ConfigProblem } from './config-error.js';
import type { ServiceConfig } from './config.js';
import { thisHost, type Host } from './reading/host.js';
import { problemWith } from './problem.js';
import { readVariables, type Texts } from './reading/read-variables.js';
import { brokenRules } from './rules/broken-rules.js';
import { toConfig } from './to-config.js';
import { unknownVariables } from './reading/unknown-variables.js';
import { strayCharacters } from './stray-characters.js';
import { describeVariable, environment, isVariableName, type VariableName } from './variables/environment.js';

/** The result of checking an environment. */
export interface CheckedEnvironment {
  /** Built without the invalid values; use it only if there is no problem. */
  readonly config: ServiceConfig;
  readonly problems: readonly ConfigProblem[];
  /** Variables with the prefix `KAFKA_` that are not known. */
  readonly unknown: readonly ConfigProblem[];
}

/** Validates an environment; finds every problem, not only the first. */
export function checkEnvironment(env: NodeJS.ProcessEnv, host: Host): CheckedEnvironment {
  const { texts, files, problems: unreadable, unread } = readVariables(env, host);
  const invalid = invalidVariables(texts);
  const valid = [...texts].filter(([name]) => !invalid.has(name));
  // Every variable has a default or is optional, so the environment always parses without the invalid ones.
  const values = environment.parse(Object.fromEntries(valid));
  const problems = [
    ...unreadable,
    ...invalid.values(),
    ...brokenRules(values, texts, new Set([...unread, ...invalid.keys()])),
  ];
  return { config: toConfig(values, files, host.isTerminal), problems, unknown: unknownVariables(env) };
}

/**
 * Validates an environment and builds the configuration from it.
 *
 * @throws ConfigError with every problem of the environment, not only the first
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, host: Host = thisHost): ServiceConfig {
  const { config, problems, unknown } = checkEnvironment(env, host);
  if (problems.length + unknown.length > 0) throw new ConfigError([...problems, ...unknown]);
  return deepFreeze(config);
}

/**
 * Like `loadConfig` for the environment of the process, overridden by these variables.
 *
 * @throws ConfigError
 */
export function loadConfigWith(variables: NodeJS.ProcessEnv): ServiceConfig {
  return loadConfig({ ...process.env, ...variables });
}

/** One problem for each variable that does not parse or contains stray characters. */
function invalidVariables(texts: Texts): ReadonlyMap<VariableName, ConfigProblem> {
  const issues = environment.safeParse(Object.fromEntries(texts)).error?.issues ?? [];
  const problems = new Map<VariableName, ConfigProblem>();
  for (const [name, text] of texts) {
    // A secret may legitimately contain quotes or invisible characters.
    const hint = describeVariable(name).secret === true ? undefined : strayCharacters(text);
    if (hint !== undefined) problems.set(name, problemWith(name, texts, { hint }));
  }
  for (const { path, message } of issues) {
    const name = String(path[0]);
    if (isVariableName(name) && !problems.has(name))
      problems.set(name, problemWith(name, texts, { hint: message }));
  }
  return problems;
}

/** Freezes an object and everything in it. */
export function deepFreeze<T>(tree: T): T {
  if (typeof tree !== 'object' || tree === null) return tree;
  Object.values(tree).forEach(deepFreeze);
  return Object.freeze(tree);
}

import type { ConfigProblem } from '../config-error.js';
import type { Host } from './host.js';
import { readSecretFile } from './secret-file.js';
import { show } from '../show.js';
import { describeVariables, type VariableDescription, type VariableName } from '../variables/environment.js';

/** The text of each variable that is set. */
export type Texts = ReadonlyMap<VariableName, string>;

/** The path of the file that each variable was read from. */
export type Files = ReadonlyMap<VariableName, string>;

/** The part of the environment that this service reads. */
export interface Reading {
  readonly texts: Texts;
  readonly files: Files;
  readonly problems: readonly ConfigProblem[];
  /** Variables that are set but could not be read. */
  readonly unread: ReadonlySet<VariableName>;
}

type Read = { readonly text?: string; readonly path?: string } | { readonly problem: ConfigProblem };

/** Reads the text of each variable from the environment or from the file that `NAME_FILE` names. */
export function readVariables(env: NodeJS.ProcessEnv, host: Host): Reading {
  const texts = new Map<VariableName, string>();
  const files = new Map<VariableName, string>();
  const problems: ConfigProblem[] = [];
  const unread = new Set<VariableName>();
  for (const variable of describeVariables()) {
    const read = readVariable(variable, env, host);
    if ('problem' in read) {
      problems.push(read.problem);
      unread.add(variable.name);
    } else if (read.text !== undefined) {
      texts.set(variable.name, read.text);
      if (read.path !== undefined) files.set(variable.name, read.path);
    }
  }
  return { texts, files, problems, unread };
}

/** The trimmed text; an empty variable counts as not set. */
export function trimmedText(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Name of the variable that contains the path instead of the value. */
export function fileVariable(name: VariableName): string {
  return `${name}_FILE`;
}

function readVariable(about: VariableDescription, env: NodeJS.ProcessEnv, host: Host): Read {
  const text = trimmedText(env, about.name);
  const variable = fileVariable(about.name);
  const path = about.file === true ? trimmedText(env, variable) : undefined;
  if (path === undefined) return text === undefined ? {} : { text };
  if (text === undefined) return { path, ...readSecretFile(variable, path, host) };
  const problem = {
    variable: about.name,
    got: `${show(text, about.secret)}, and ${variable} is set too`,
    accepts: `either ${about.name} or ${variable}`,
    hint: 'remove one of the two',
  };
  return { problem };
}

import { z } from 'zod';

/** How the text of one environment variable becomes a value. */
export interface Kind<T> {
  readonly schema: z.ZodType<T, string>;
  /** What is accepted, in words: shown in error messages and in the generated documentation. */
  readonly accepts: string;
}

/** What is said about a variable, beside its schema. */
export interface VariableAbout {
  readonly description: string;
  /** The text used when the variable is not set. */
  readonly default?: string;
  /** What applies when the variable is not set and that is no fixed text. */
  readonly defaultInWords?: string;
  /** Its value is never printed. */
  readonly secret?: boolean;
  /** It may be given as `NAME_FILE` instead, the path of a file that holds it. */
  readonly file?: boolean;
}

/** All that is known of a variable besides how it is parsed. */
export interface VariableMeta extends VariableAbout {
  readonly accepts: string;
}

/** Descriptions, defaults and accepted values, kept with the schemas: the one source of both code and documents. */
export const variableMeta = z.registry<VariableMeta>();

/** A variable with a default, written as its text would be written in the environment. */
export function variable<T>(kind: Kind<T>, about: VariableAbout & { readonly default: string }) {
  const schema = kind.schema.prefault(about.default);
  variableMeta.add(schema, { ...about, accepts: kind.accepts });
  return schema;
}

/** A variable that may be left out. */
export function optional<T>(kind: Kind<T>, about: Omit<VariableAbout, 'default'>) {
  const schema = kind.schema.optional();
  variableMeta.add(schema, { ...about, accepts: kind.accepts });
  return schema;
}

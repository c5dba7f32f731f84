import { z } from 'zod';

/** Parses the text of one environment variable. */
export interface Kind<T> {
  readonly schema: z.ZodType<T, string>;
  /** Describes the accepted values, for error messages and the generated documentation. */
  readonly accepts: string;
}

/** The documentation of a variable. */
export interface VariableAbout {
  readonly description: string;
  /** The text used when the variable is not set. */
  readonly default?: string;
  /** Describes the default if it is not a fixed text. */
  readonly defaultInWords?: string;
  /** Whether its value must never be printed. */
  readonly secret?: boolean;
  /** Whether `NAME_FILE` may name a file that contains the value. */
  readonly file?: boolean;
}

/** The documentation of a variable, with the values it accepts. */
export interface VariableMeta extends VariableAbout {
  readonly accepts: string;
}

/** Descriptions, defaults and accepted values by schema; the documentation is generated from this registry. */
export const variableMeta = z.registry<VariableMeta>();

/** A variable with a default; the default is written as in the environment and parsed like any other value. */
export function variable<T>(kind: Kind<T>, about: VariableAbout & { readonly default: string }) {
  const schema = kind.schema.prefault(about.default);
  variableMeta.add(schema, { ...about, accepts: kind.accepts });
  return schema;
}

/** An optional variable without a fixed default. */
export function optional<T>(kind: Kind<T>, about: Omit<VariableAbout, 'default'>) {
  const schema = kind.schema.optional();
  variableMeta.add(schema, { ...about, accepts: kind.accepts });
  return schema;
}

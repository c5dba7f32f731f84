import { z } from 'zod';
import { databaseVariables } from './database.variables.js';
import { kafkaVariables } from './kafka.variables.js';
import { securityVariables } from './security.variables.js';
import { serviceVariables } from './service.variables.js';
import { tracingVariables } from './tracing.variables.js';
import { variableMeta, type VariableMeta } from './variable.js';

const sections = {
  Service: serviceVariables,
  Kafka: kafkaVariables,
  'Kafka security': securityVariables,
  Tracing: tracingVariables,
  Database: databaseVariables,
};

/** Every variable the service reads; each has a default or is optional. */
export const environment = z.object({
  ...serviceVariables,
  ...kafkaVariables,
  ...securityVariables,
  ...tracingVariables,
  ...databaseVariables,
});

/** The variables' values by name. */
export type Values = z.output<typeof environment>;
/** Name of a variable the service reads. */
export type VariableName = keyof Values;

/** A variable with its name, as the documentation shows it. */
export interface VariableDescription extends VariableMeta {
  readonly name: VariableName;
}

/** A group of variables under one heading of the documentation. */
export interface VariableSection {
  readonly title: string;
  readonly variables: readonly VariableDescription[];
}

const described: readonly VariableSection[] = Object.entries(sections).map(([title, variables]) => ({
  title,
  variables: namesOf(variables).map((name) => ({ name, ...describeVariable(name) })),
}));

/** All sections, in the order of the documentation. */
export function describeSections(): readonly VariableSection[] {
  return described;
}

/** All variables, in the order of the documentation. */
export function describeVariables(): readonly VariableDescription[] {
  return described.flatMap(({ variables }) => variables);
}

/** The description of one variable. */
export function describeVariable(name: VariableName): VariableMeta {
  const meta = variableMeta.get(environment.shape[name]);
  if (meta === undefined) throw new TypeError(`${name} was made without variable() or optional()`);
  return meta;
}

/** Whether the service reads a variable of this name. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(environment.shape, name);
}

function namesOf(variables: object): readonly VariableName[] {
  return Object.keys(variables).filter(isVariableName);
}

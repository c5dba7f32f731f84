import { z } from 'zod';
import { kafkaVariables } from './kafka.variables.js';
import { securityVariables } from './security.variables.js';
import { serviceVariables } from './service.variables.js';
import { variableMeta, type VariableMeta } from './variable.js';

const sections = {
  Service: serviceVariables,
  Kafka: kafkaVariables,
  'Kafka security': securityVariables,
};

/** Every variable the service reads; each has a default or may be left out. */
export const environment = z.object({ ...serviceVariables, ...kafkaVariables, ...securityVariables });

/** The variables' values by name. */
export type Values = z.output<typeof environment>;
/** Name of a variable the service reads. */
export type VariableName = keyof Values;

/** One variable as the documentation needs it. */
export interface VariableDescription extends VariableMeta {
  readonly section: string;
  readonly name: VariableName;
}

const descriptions: readonly VariableDescription[] = Object.entries(sections).flatMap(
  ([section, variables]) =>
    namesOf(variables).map((name) => ({ section, name, ...metaOf(environment.shape[name]) })),
);

/** Every variable in the order of the documentation. */
export function describeVariables(): readonly VariableDescription[] {
  return descriptions;
}

/** The description of one variable. */
export function describeVariable(name: VariableName): VariableMeta {
  return metaOf(environment.shape[name]);
}

/** Whether the service reads a variable of this name. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(environment.shape, name);
}

function namesOf(variables: object): readonly VariableName[] {
  return Object.keys(variables).filter(isVariableName);
}

function metaOf(schema: z.ZodType): VariableMeta {
  const meta = variableMeta.get(schema);
  if (meta === undefined) throw new TypeError('a variable was made without variable() or optional()');
  return meta;
}

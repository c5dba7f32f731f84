import type { VariableDescription, VariableSection } from '../../src/config/variables/environment.js';

const HEAD = `# Generated from src/config by tools/config/generate.ts; change it there.
# Copy it to .env, which is read outside production, and uncomment what you change.`;

/** The text of `.env.example`: every variable with its default, commented out. */
export function renderEnvExample(sections: readonly VariableSection[]): string {
  const texts = sections.map(({ title, variables }) =>
    [`# ${title}`, ...variables.map(renderVariable)].join('\n\n'),
  );
  return `${[HEAD, ...texts].join('\n\n')}\n`;
}

function renderVariable(about: VariableDescription): string {
  const lines = [`# ${about.description}.`, `# Accepts: ${about.accepts}`];
  if (about.defaultInWords !== undefined) lines.push(`# Default: ${about.defaultInWords}`);
  if (about.secret === true) lines.push('# Secret: its value is never printed.');
  lines.push(`# ${about.name}=${about.default ?? ''}`);
  if (about.file === true) lines.push(`# ${about.name}_FILE=`);
  return lines.join('\n');
}

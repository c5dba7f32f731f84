import { format } from 'prettier';
import type { VariableDescription, VariableSection } from '../../src/config/variables/environment.js';

const START = '<!-- config:start -->';
const END = '<!-- config:end -->';

/** The tables of docs/configuration.md, one per section, formatted as by prettier. */
export function renderTables(sections: readonly VariableSection[]): Promise<string> {
  const tables = sections.map(({ title, variables }) =>
    [
      `## ${title}\n`,
      '| variable | default | accepts | meaning |',
      '| --- | --- | --- | --- |',
      ...variables.map(row),
    ].join('\n'),
  );
  return format(tables.join('\n\n'), { parser: 'markdown' });
}

/** The page with the tables between its markers; undefined if it has no markers. */
export function replaceTables(page: string, tables: string): string | undefined {
  const start = page.indexOf(START);
  const end = page.indexOf(END, start);
  if (start === -1 || end === -1) return undefined;
  return `${page.slice(0, start)}${START}\n\n${tables}\n${page.slice(end)}`;
}

function row(about: VariableDescription): string {
  const cells = [names(about), defaultOf(about), shortened(about.accepts), about.description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What a variable accepts, without the words that many variables share: `1 to 1000 ms`, `text`. */
function shortened(accepts: string): string {
  return accepts
    .replace(/^whole number(?: of (\w+))?, (\d+ to \d+)$/, '$2 $1')
    .replace(/^text of 1 to \d+ characters on one line$/, 'text')
    .trim();
}

function names({ name, file, secret }: VariableDescription): string {
  const variables = file === true ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``;
  return secret === true ? `${variables} (secret)` : variables;
}

function defaultOf(about: VariableDescription): string {
  return about.default === undefined ? (about.defaultInWords ?? '') : `\`${about.default}\``;
}

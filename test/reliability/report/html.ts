import { format } from 'echarts/core';

/** Text that is HTML already: everything else is escaped where it is put into a template. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes; undefined leaves nothing. */
export type Part = string | number | Html | readonly Html[] | undefined;

/**
 * A template whose values are escaped, by the escaping of the library that draws the pictures: right between tags
 * and in quoted attributes, the only two places where a value may stand.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + toHtml(parts[index - 1]) + string));
}

function toHtml(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  return format.encodeHTML(String(part));
}

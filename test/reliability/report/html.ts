import { format } from 'echarts/core';

/** HTML that is not escaped in a template, unlike any other value. */
export class Html {
  constructor(readonly text: string) {}
}

/** A value in a template; undefined is omitted. */
export type Part = string | number | Html | readonly Html[] | undefined;

/**
 * A template whose values are escaped with the function of the chart library, which is correct between tags
 * and in quoted attributes, the only places where a value may be used.
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

import { Html, html } from './html.js';
import { renderResult } from './result-section.js';
import type { Report } from './result.js';
import { STYLE } from './style.js';
import { renderSummary, sectionId } from './summary-section.js';

/** The whole report as a self-contained page without scripts. */
export function renderPage(report: Report): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Reliability report</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <h1>Reliability report</h1>
        ${renderSetting(report)} ${renderSummary(report)}
        ${report.results.map((result, index) => renderResult(result, sectionId(index)))}
      </body>
    </html>`;
  return `${page.text}\n`;
}

function renderSetting({ command, machine, settings }: Report): Html {
  const named = Object.entries(settings);
  return html`<dl>
      <dt>Command</dt>
      <dd><code>${command}</code></dd>
      <dt>Machine</dt>
      <dd>${machine}</dd>
      <dt>Every number</dt>
      <dd><a href="report.json">report.json</a></dd>
    </dl>
    <details>
      <summary>The settings that the bounds follow from</summary>
      <dl>
        ${named.map(
          ([name, value]) =>
            html`<dt><code>${name}</code></dt>
              <dd>${value}</dd>`,
        )}
      </dl>
    </details>`;
}

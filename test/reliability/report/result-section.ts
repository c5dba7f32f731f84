import { renderPictures } from './charts/pictures.js';
import { formatClock, formatCount, formatDuration } from './format.js';
import { html, type Html } from './html.js';
import type { Check, FaultEvent, Result } from './result.js';
import { caughtUpAfter, verdictOf } from './summary.js';

/** One result: its checks, its counts, and its charts over time. */
export function renderResult(result: Result, id: string): Html {
  const verdict = verdictOf(result);
  return html`<section id="${id}">
    <h2>
      ${result.scenario}: ${result.runtime} <span class="verdict ${verdict.kind}">${verdict.text}</span>
    </h2>
    <p>${result.description}</p>
    <p>
      Started at ${result.startedAt}, ran for ${formatDuration(result.durationMs)}, seed ${result.seed}.
      Again:
    </p>
    <pre><code>${result.replay}</code></pre>
    ${renderChecks(result.checks)} ${renderCounts(result)} ${renderPictures(result)}
    ${result.faults.length > 0 ? renderFaults(result.faults) : undefined}
  </section>`;
}

function renderChecks(checks: readonly Check[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>check</th>
          <th>measured</th>
          <th>bound</th>
          <th>verdict</th>
          <th>examples</th>
        </tr>
      </thead>
      <tbody>
        ${checks.map(renderCheck)}
      </tbody>
    </table>
  </div>`;
}

function renderCheck({ name, passed, measured, bound, examples }: Check): Html {
  const verdict = passed ? 'passed' : 'failed';
  return html`<tr class="${verdict}">
    <th>${name}</th>
    <td>${measured}</td>
    <td>${bound}</td>
    <td><span class="verdict ${verdict}">${verdict}</span></td>
    <td>
      ${
        examples.length > 0
          ? html`<ul class="examples">
              ${examples.map((example) => html`<li><code>${example}</code></li>`)}
            </ul>`
          : undefined
      }
    </td>
  </tr>`;
}

function renderCounts(result: Result): Html {
  const { counts } = result;
  const named: readonly (readonly [string, string])[] = [
    ['acknowledged', formatCount(counts.acknowledged)],
    ['unacknowledged', formatCount(counts.unacknowledged)],
    ['handled', formatCount(counts.handled)],
    ['repeated', formatCount(counts.repeated)],
    ['dead letters', formatCount(counts.deadLettered)],
    ['gone by the fault', formatCount(counts.gone)],
    ['caught up after', caughtUpAfter(result)],
  ];
  return html`<dl class="counts">
    ${named.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function renderFaults(faults: readonly FaultEvent[]): Html {
  return html`<details>
    <summary>The faults, ${formatCount(faults.length)} of them</summary>
    <table>
      <thead>
        <tr>
          <th>fault</th>
          <th>target</th>
          <th class="number">from</th>
          <th class="number">for</th>
        </tr>
      </thead>
      <tbody>
        ${faults.map(
          ({ fault, target, fromMs, toMs }) =>
            html`<tr>
              <td>${fault}</td>
              <td>${target}</td>
              <td class="number">${formatClock(fromMs)}</td>
              <td class="number">${formatDuration(toMs - fromMs)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

import { formatCount, formatDuration } from './format.js';
import { html, type Html } from './html.js';
import type { Report, Result } from './result.js';
import { caughtUpAfter, comparisonsOf, measured, RUNTIMES, verdictOf, type Comparison } from './summary.js';

/** The id of a result's section, by its place in the report. */
export function sectionId(index: number): string {
  return `result-${index + 1}`;
}

/** One row per result, and a comparison of runtimes for scenarios that several have run. */
export function renderSummary(report: Report): Html {
  const comparisons = comparisonsOf(report);
  return html`<section>
    <div class="scroll">
      <table class="summary">
        <thead>
          <tr>
            <th>scenario</th>
            <th>runtime</th>
            <th>verdict</th>
            <th class="number">seed</th>
            <th class="number">ran for</th>
            <th class="number">faults</th>
            <th class="number">acknowledged</th>
            <th class="number">handled</th>
            <th class="number">repeated</th>
            <th class="number">dead letters</th>
            <th>lost</th>
            <th>overtaken</th>
            <th class="number">caught up after</th>
          </tr>
        </thead>
        <tbody>
          ${report.results.map(row)}
        </tbody>
      </table>
    </div>
    ${comparisons.length > 0 ? renderComparisons(comparisons) : undefined}
  </section>`;
}

function row(result: Result, index: number): Html {
  const { counts } = result;
  const verdict = verdictOf(result);
  return html`<tr class="${verdict.kind}">
    <th><a href="#${sectionId(index)}">${result.scenario}</a></th>
    <td>${result.runtime}</td>
    <td><span class="verdict ${verdict.kind}">${verdict.text}</span></td>
    <td class="number">${result.seed}</td>
    <td class="number">${formatDuration(result.durationMs)}</td>
    <td class="number">${formatCount(result.faults.length)}</td>
    <td class="number">${formatCount(counts.acknowledged)}</td>
    <td class="number">${formatCount(counts.handled)}</td>
    <td class="number">${formatCount(counts.repeated)}</td>
    <td class="number">${formatCount(counts.deadLettered)}</td>
    <td>${measured(result, 'lost')}</td>
    <td>${measured(result, 'overtaken')}</td>
    <td class="number">${caughtUpAfter(result)}</td>
  </tr>`;
}

function renderComparisons(comparisons: readonly Comparison[]): Html {
  return html`<h3>Side by side</h3>
    <p>What each runtime did to the records of one and the same scenario.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>scenario</th>
            <th>measure</th>
            ${RUNTIMES.map((runtime) => html`<th>${runtime}</th>`)}
          </tr>
        </thead>
        ${comparisons.map(renderComparison)}
      </table>
    </div>`;
}

function renderComparison({ scenario, rows }: Comparison): Html {
  const renderRow = ({ measure, values }: Comparison['rows'][number], index: number) =>
    html`<tr>
      ${index === 0 ? html`<th rowspan="${rows.length}">${scenario}</th>` : undefined}
      <td>${measure}</td>
      ${RUNTIMES.map((runtime) => html`<td>${values[runtime]}</td>`)}
    </tr>`;
  return html`<tbody>
    ${rows.map(renderRow)}
  </tbody>`;
}

import { html, type Html } from '../html.js';
import type { Result } from '../result.js';
import { faultTimeline } from './fault-timeline.js';
import { linePicture, type LinePicture } from './line-picture.js';
import { memoryLines, rateLine, stateLine, totalLine } from './lines.js';
import { spanMs } from './time-axis.js';

/** All pictures of a run, below each other on one time axis. */
export function renderPictures(result: Result): Html {
  const { faults, samples } = result;
  const span = spanMs(result);
  if (samples.length === 0) return html`<p>No samples were taken: there is nothing to draw.</p>`;
  return html`<div class="pictures">
    ${faults.length > 0 ? faultTimeline(faults, span) : html`<p>No faults struck.</p>`}
    ${linesOf(result).map((picture) => linePicture(picture, faults, span))}
  </div>`;
}

function linesOf({ samples }: Result): readonly LinePicture[] {
  return [
    {
      title: 'Records per second',
      lines: [
        rateLine('acknowledged', samples, ({ acknowledged }) => acknowledged),
        rateLine('handled', samples, ({ handled }) => handled),
      ],
    },
    { title: 'Records behind', lines: [stateLine('behind', samples, ({ behind }) => behind)] },
    {
      title: 'Rebalances so far',
      lines: [totalLine('rebalances', samples, ({ rebalances }) => rebalances)],
    },
    {
      title: 'Handlings so far',
      lines: [
        totalLine('repeated', samples, ({ repeated }) => repeated),
        totalLine('failed', samples, ({ failed }) => failed),
      ],
    },
    { title: 'Memory in MiB (RSS)', lines: memoryLines(samples) },
  ];
}

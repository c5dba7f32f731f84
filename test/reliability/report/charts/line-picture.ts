import { formatCount } from '../format.js';
import type { Html } from '../html.js';
import type { FaultEvent } from '../result.js';
import { SERIES_COLOURS, seriesColour } from './colours.js';
import type { Line } from './lines.js';
import { grid, MARGIN_LEFT, renderPicture, title } from './render.js';
import { drawnSpan, timeAxis } from './time-axis.js';

const HEIGHT = 150;
const LEGEND_TOP_PX = 44;
const LEGEND_ROW_PX = 18;
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' });

/** A line chart over the time of a run, with its faults as shaded areas. */
export interface LinePicture {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Draws the lines; the legend names as many of them as there are colours. */
export function linePicture(picture: LinePicture, faults: readonly FaultEvent[], spanMs: number): Html {
  const { lines } = picture;
  const named = lines.length > 1 ? lines.slice(0, SERIES_COLOURS).map(({ name }) => name) : [];
  const height = Math.max(HEIGHT, LEGEND_TOP_PX + named.length * LEGEND_ROW_PX);
  return renderPicture(`${picture.title} over time; ${highest(picture)}`, height, {
    title: title(picture.title, highest(picture)),
    legend: legend(named),
    grid: grid(8),
    xAxis: timeAxis(spanMs),
    yAxis: valueAxis(),
    series: lines.map((line, index) => ({
      ...series(line, index),
      ...(index === 0 ? { markArea: shade(faults, spanMs) } : {}),
    })),
  });
}

function highest({ lines }: LinePicture): string {
  const most = lines.flatMap(({ points }) => points).reduce((max, [, value]) => Math.max(max, value ?? 0), 0);
  return `highest ${formatCount(Math.round(most))}`;
}

function series({ name, shape, points }: Line, index: number): object {
  const color = seriesColour(index);
  return {
    type: 'line',
    name,
    data: points,
    step: shape === 'steps' ? 'end' : false,
    // Reduced to one point per pixel with peaks kept, so that an hour of samples takes a few KB.
    sampling: 'lttb',
    symbol: 'none',
    silent: true,
    color,
    // Distinguished by more than colours, since lines may overlap.
    lineStyle: { color, width: 1.5, type: index % 2 === 0 ? 'solid' : [5, 3] },
  };
}

function legend(names: readonly string[]): object {
  return {
    data: names,
    orient: 'vertical',
    selectedMode: false,
    left: 0,
    top: LEGEND_TOP_PX,
    padding: 0,
    itemGap: 4,
    itemWidth: 22,
    itemHeight: 10,
    // The lines have no dots, so neither has the legend.
    itemStyle: { opacity: 0 },
    textStyle: { color: 'var(--ink)', width: MARGIN_LEFT - 90, overflow: 'truncate' },
  };
}

function valueAxis(): object {
  return {
    type: 'value',
    min: 0,
    minInterval: 1,
    splitNumber: 3,
    axisLabel: { formatter: formatTick, color: 'var(--muted)' },
    splitLine: { lineStyle: { color: 'var(--line)' } },
  };
}

function formatTick(value: number): string {
  return value < 10_000 ? formatCount(value) : COMPACT.format(value);
}

function shade(faults: readonly FaultEvent[], spanMs: number): object {
  return {
    silent: true,
    itemStyle: { color: 'var(--shade)', opacity: 0.16 },
    data: faults.map((event) => drawnSpan(event, spanMs).map((xAxis) => ({ xAxis }))),
  };
}

import type { CustomSeriesOption } from 'echarts/charts';
import type { Html } from '../html.js';
import type { FaultEvent } from '../result.js';
import { seriesColour } from './colours.js';
import { grid, MARGIN_LEFT, renderPicture, title } from './render.js';
import { drawnSpan, timeAxis } from './time-axis.js';

const ROW_PX = 20;
const BAR_PX = 12;
const TOP_PX = 24;

/** The faults over time: a row for each fault and target, a colour for each kind of fault, rows grouped by kind. */
export function faultTimeline(faults: readonly FaultEvent[], spanMs: number): Html {
  const kinds = [...new Set(faults.map(({ fault }) => fault))];
  const byKind = kinds.flatMap((kind) => faults.filter(({ fault }) => fault === kind));
  const rows = [...new Set(byKind.map(rowOf))];
  const data = faults.map((event) => ({
    value: [...drawnSpan(event, spanMs), rows.indexOf(rowOf(event))],
    itemStyle: { color: seriesColour(kinds.indexOf(event.fault)) },
  }));
  return renderPicture('Faults over time', TOP_PX + rows.length * ROW_PX + 24, {
    title: title('Faults'),
    grid: grid(TOP_PX),
    xAxis: timeAxis(spanMs),
    yAxis: rowAxis(rows),
    series: [{ type: 'custom', silent: true, clip: true, renderItem: drawBar, data }],
  });
}

function rowOf({ fault, target }: FaultEvent): string {
  return `${fault} · ${target}`;
}

function rowAxis(rows: readonly string[]): object {
  return {
    type: 'category',
    data: rows,
    inverse: true,
    axisLabel: { interval: 0, width: MARGIN_LEFT - 16, overflow: 'truncate', color: 'var(--ink)' },
    axisLine: { lineStyle: { color: 'var(--line)' } },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: 'var(--line)', opacity: 0.5 } },
  };
}

const drawBar: NonNullable<CustomSeriesOption['renderItem']> = (_params, api) => {
  const [left = 0, middle = 0] = api.coord([api.value(0), api.value(2)]);
  const [right = 0] = api.coord([api.value(1), api.value(2)]);
  return {
    type: 'rect',
    shape: { x: left, y: middle - BAR_PX / 2, width: right - left, height: BAR_PX, r: 1 },
    style: { fill: api.visual('color') ?? 'var(--muted)' },
  };
};

import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { Html, html } from '../html.js';

use([LineChart, CustomChart, GridComponent, LegendComponent, MarkAreaComponent, TitleComponent, SVGRenderer]);

const WIDTH = 1120;
/** The left margin of a chart for title, legend and row names. */
export const MARGIN_LEFT = 200;

/** Renders a chart as inline SVG; screen readers read its label. */
export function renderPicture(label: string, height: number, option: object): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option });
    return html`<figure role="img" aria-label="${label}">${new Html(chart.renderToSVGString())}</figure>`;
  } finally {
    chart.dispose();
  }
}

/** The position of the axes: the same in all charts, so that times are aligned. */
export function grid(top: number): object {
  return { left: MARGIN_LEFT, right: 24, top, bottom: 24, outerBoundsMode: 'none' };
}

/** A picture's title in its left margin, with a line below it. */
export function title(text: string, subtext = ''): object {
  return {
    text,
    subtext,
    left: 0,
    top: 0,
    padding: 0,
    itemGap: 4,
    textStyle: { fontSize: 13, color: 'var(--ink)' },
    subtextStyle: { fontSize: 12, color: 'var(--muted)' },
  };
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const Target = z.object({ expr: z.string() });
const Panel = z.object({ title: z.string(), type: z.string(), targets: z.array(Target).default([]) });
const Dashboard = z.object({ panels: z.array(Panel) });

/** A Prometheus query of a dashboard panel. */
export interface Query {
  readonly panel: string;
  readonly expr: string;
}

/** Every query of a Grafana dashboard, with Grafana's variables set to match everything. */
export async function queriesOf(file: string): Promise<Query[]> {
  const { panels } = Dashboard.parse(JSON.parse(await readFile(file, 'utf8')));
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expr: expr.replaceAll(/\$(group|instance)/g, '.*').replaceAll('$__rate_interval', '30s'),
    })),
  );
}

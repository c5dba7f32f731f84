/** The parts of a line of the service's log that the demo shows. */
export interface LogLine {
  readonly text: string;
  readonly topic?: string;
  /** Whether a handler reports that it received a record. */
  readonly received: boolean;
  /** Whether it is a warning, an error, or not a log line at all. */
  readonly alarming: boolean;
}

const warnLevel = 40;

/** Parses a JSON line of pino; any other line is alarming, since nothing else should be written. */
export function parseLogLine(line: string): LogLine {
  const fields = jsonObject(line);
  if (!fields || typeof fields['msg'] !== 'string') return { text: line, received: false, alarming: true };
  const text = fields['msg'];
  const topic = fields['topic'];
  return {
    text,
    ...(typeof topic === 'string' && { topic }),
    received: text.startsWith('Received message:'),
    alarming: isAlarming(fields['level']),
  };
}

function isAlarming(level: unknown): boolean {
  if (typeof level === 'number') return level >= warnLevel;
  return level === 'warn' || level === 'error' || level === 'fatal';
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

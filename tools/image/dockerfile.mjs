/**
 * @typedef {{ keyword: string, flags: Record<string, string>, rest: string, line: number }} Instruction
 * @typedef {{ name: string, base: string, instructions: Instruction[] }} Stage
 */

/**
 * Parses the stages of a Dockerfile. Supports the subset that this project uses (no heredocs, no ARG before FROM); the
 * caller rejects unknown instructions, so nothing is ignored silently.
 *
 * @param {string} text
 * @returns {Stage[]}
 */
export function parseDockerfile(text) {
  const stages = [];
  for (const { content, line } of logicalLines(text)) {
    const instruction = parseInstruction(content, line);
    if (instruction.keyword === 'FROM') {
      const [base, , name = String(stages.length)] = instruction.rest.split(/\s+/);
      stages.push({ name, base, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`Dockerfile:${line}: ${instruction.keyword} before the first FROM`);
    stage.instructions.push(instruction);
  }
  return stages;
}

/** Parses the exec form, `["a", "b"]`; rejects the shell form, since a shell does not forward signals. */
export function execForm({ keyword, line }, text) {
  if (!text.startsWith('[')) {
    throw new Error(`Dockerfile:${line}: ${keyword} must be in exec form, ["...", "..."], got: ${text}`);
  }
  return JSON.parse(text);
}

/** Parses `A=b C="d e"` pairs of ENV and LABEL. */
export function keyValues({ keyword, rest, line }) {
  const pairs = [...rest.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)];
  if (pairs.length === 0) throw new Error(`Dockerfile:${line}: ${keyword} needs NAME=value, got: ${rest}`);
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name, quoted ?? bare]));
}

function parseInstruction(content, line) {
  const [, keyword, tail = ''] = /^(\w+)\s*(.*)$/s.exec(content) ?? [];
  if (!keyword) throw new Error(`Dockerfile:${line}: not an instruction: ${content}`);
  const flags = {};
  let rest = tail;
  for (let flag; (flag = /^--([\w-]+)(?:=(\S+))?\s+/.exec(rest)); rest = rest.slice(flag[0].length)) {
    flags[flag[1]] = flag[2] ?? '';
  }
  return { keyword: keyword.toUpperCase(), flags, rest: rest.trim(), line };
}

/** Joins continued lines and removes comments. */
function* logicalLines(text) {
  let content = '';
  let start = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (content === '') start = index + 1;
    if (trimmed.endsWith('\\')) {
      content += `${trimmed.slice(0, -1)} `;
      continue;
    }
    yield { content: content + trimmed, line: start };
    content = '';
  }
}

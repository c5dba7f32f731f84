/** Where a command was typed: npm runs scripts in the project's folder, and says here where that was. */
export function callerFolder(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}

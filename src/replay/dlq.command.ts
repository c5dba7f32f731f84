import type { Command } from 'commander';
import { addListCommand } from './commands/list.command.js';
import { addParkedCommands } from './commands/parked.command.js';
import { addPurgeCommand } from './commands/purge.command.js';
import { addReplayCommand } from './commands/replay.command.js';
import { addShowCommand } from './commands/show.command.js';
import type { ModuleLoader } from './session.js';

/** Adds `dlq` and its commands to a program. */
export function addDlqCommands(program: Command, loadModule: ModuleLoader): void {
  const dlq = program.command('dlq').description('looks at dead letters, and sends them back');
  addListCommand(dlq, loadModule);
  addShowCommand(dlq, loadModule);
  addReplayCommand(dlq, loadModule);
  addPurgeCommand(dlq, loadModule);
  addParkedCommands(dlq, loadModule);
}

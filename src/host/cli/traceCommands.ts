/** Commands that read traces and series and open no workspace; one part of the package, as those of `workspaceCommands.ts` are. */
export { anomaliesCommand } from './anomaliesCommand.ts';
export { backtestCommand } from './backtestCommand.ts';
export { clusterCommand } from './clusterCommand.ts';
export { forecastCommand } from './forecastCommand.ts';
export { importCommand } from './importCommand.ts';
export { learnCommand } from './learnCommand.ts';
export { matchCommand } from './matchCommand.ts';
export { profileCommand } from './profileCommand.ts';
export { scanCommand } from './scanCommand.ts';

/** Commands that open the workspace: what they share is far more than what each has of its own, so they are one part of the package. */
export { capacityCommand } from './capacityCommand.ts';
export { credentialsCommand, envCommand } from './credentialCommands.ts';
export { demandCommand } from './demandCommand.ts';
export { doctorCommand } from './doctorCommand.ts';
export { experimentsCommand } from './experimentsCommand.ts';
export { feedsCommand } from './feedsCommand.ts';
export { ledgerCommand } from './ledgerCommand.ts';
export { downCommand, planCommand, statusCommand, upCommand, whyCommand } from './liveCommands.ts';
export { personasCommand } from './personasCommand.ts';
export { eraseCommand, exportCommand, journalCommand } from './recordCommands.ts';
export { remedyCommand } from './remedyCommand.ts';
export { snapshotsCommand } from './snapshotsCommand.ts';

/** What the supervisor's end says to `up`. */
export const supervisorExitCodes = { stopped: 0, failed: 1, alreadyRunning: 3 } as const;

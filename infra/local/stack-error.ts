/** The embedded stack can't do what was asked until something else changes: a port, an address, a folder, a login. Exit code 2. */
export class StackError extends Error {
  readonly code = 'StackError';
  readonly retryable = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackError';
  }
}

/** A process of the stack failed by itself: its log says why. Exit code 1. */
export class StackFailed extends Error {
  readonly code = 'StackFailed';
  readonly retryable = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackFailed';
  }
}

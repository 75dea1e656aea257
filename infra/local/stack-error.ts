/** The embedded stack can't do what was asked. The message is one line: what, where, what to do. */
export class StackError extends Error {
  readonly code = 'StackError';
  readonly retryable = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackError';
  }
}

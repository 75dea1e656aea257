/** The environment or the state folder can't be turned into a configuration. The message is one line: what, where, what to do. */
export class ConfigurationError extends Error {
  readonly code = 'ConfigurationError';
  readonly retryable = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigurationError';
  }
}

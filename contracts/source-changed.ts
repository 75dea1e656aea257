import { PipelineError } from './failure.ts';

/** A source is no longer what was listed a moment ago. Unlike other conflicts this one passes: the next attempt reads what is there then. */
export class SourceChanged extends PipelineError {
  readonly code = 'Conflict';
  readonly retryable = true;
}

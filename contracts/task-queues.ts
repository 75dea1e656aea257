/** A task queue is a resource, not a topic: more machines means more workers on the queue that is short of them. */
export const taskQueues = {
  /** Workflows and light I/O: PostgreSQL, MLflow, object storage. */
  pipeline: 'pipeline',
  /** DuckDB: memory and disk. */
  data: 'data',
  /** One loaded encoder; a GPU where there is one. */
  embedding: 'embedding',
  /** Child processes that fit models. */
  training: 'training',
  /** Python: Optuna's ask, tell and prune. */
  sampler: 'sampler',
} as const;

export type TaskQueue = (typeof taskQueues)[keyof typeof taskQueues];

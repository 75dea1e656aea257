import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { StepDataset, StepEvents } from '../contracts/step-events.ts';
import type { StepContext } from '../contracts/steps.ts';
import { readParts, tablePartsMediaType } from '../contracts/table-parts.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { artifactsIn, digestOf } from './digest.ts';
import { fullDisk } from './full-disk.ts';
import { withEvents } from './step-events.ts';

/** Where results of finished work are kept, by the digest of everything that went into it. */
export interface StepCache {
  get(key: string): Promise<unknown>;
  /** Stores the outputs unless another attempt was first; returns what is stored. Outputs equal to `unusable` are replaced. */
  put(key: string, entry: { step: string; outputs: unknown; unusable?: unknown }): Promise<unknown>;
}

export interface StepRows {
  begin(context: StepContext, at: { attempt: number }): Promise<void>;
  complete(context: StepContext, result: { cached: boolean; seconds: number; note?: string }): Promise<void>;
  fail(context: StepContext, failure: { error: string; final: boolean }): Promise<void>;
}

export interface StepDeps {
  readonly cache: StepCache;
  readonly rows: StepRows;
  readonly artifacts: Pick<ArtifactStore, 'exists' | 'readJson'>;
  /** Hash of the bundled sources behind an activity. */
  readonly codeVersion: (activity: string) => string;
  /** Takes the begin and the end of every step; absent where nobody follows lineage elsewhere. */
  readonly events?: StepEvents;
}

export interface Cached<T> {
  readonly value: T;
  readonly cached: boolean;
}

export interface StepUnit<T> {
  readonly activity: string;
  /** All that the result depends on besides the code. */
  readonly parameters: unknown;
  /** A short fact for a person. */
  readonly note: (value: T) => string;
}

/** Says how far the work is, for whoever looks at the activity. */
export type Report = (details: unknown) => void;

export interface StepRunner {
  /**
   * One unit of work, done once for the same (activity, code version, parameters): a repeated call returns the stored outputs,
   * provided that the artifacts they name still exist.
   */
  once<T>(activity: string, parameters: unknown, work: () => Promise<T>): Promise<Cached<T>>;
  /** A whole step: `once`, with the run's row kept up to date and a heartbeat while it works; what `report` was last given are its details. */
  step<T>(context: StepContext, unit: StepUnit<T>, work: (report: Report) => Promise<T>): Promise<T>;
  /**
   * Row and heartbeat for a step that is an effect rather than a computation, and so is never served from the cache.
   * @param told whether its begin and end are told here, or by the work itself, which knows more of its datasets
   */
  effect<T>(context: StepContext, describe: (value: T) => Effect, work: () => Promise<T>, told?: 'here' | 'by itself'): Promise<T>;
}

export interface Effect {
  readonly note: string;
  readonly unchanged: boolean;
  /** What it made. */
  readonly outputs?: readonly ArtifactRef[];
}

const heartbeatEveryMs = 3_000;

/** A heartbeat that says "alive" while native code works off the event loop; what is done already is in the cache. */
export async function withHeartbeat<T>(work: (report: Report) => Promise<T>): Promise<T> {
  let details: unknown;
  const timer = setInterval(() => heartbeat(details), heartbeatEveryMs);
  try {
    return await work((now) => heartbeat((details = now)));
  } finally {
    clearInterval(timer);
  }
}

const nobody: StepEvents = { emit: async () => undefined };

export function createStepRunner({ cache, rows, artifacts, codeVersion, events = nobody }: StepDeps): StepRunner {
  async function once<T>(activity: string, parameters: unknown, work: () => Promise<T>): Promise<Cached<T>> {
    const key = digestOf({ activity, code: codeVersion(activity), parameters });
    const stored = await cache.get(key);
    if (stored !== undefined && (await allExist(stored))) return { value: stored as T, cached: true };
    const outputs = await work();
    cancellationSignal().throwIfAborted();
    // What was found unusable above is named, so that of several attempts that mend it the first still wins.
    return { value: (await cache.put(key, { step: activity, outputs, ...(stored !== undefined && { unusable: stored }) })) as T, cached: false };
  }

  async function allExist(outputs: unknown): Promise<boolean> {
    const refs = artifactsIn(outputs);
    const found = await Promise.all(refs.map((ref) => artifacts.exists(ref)));
    if (!found.every(Boolean)) return false;
    // A table is what its parts are.
    const tables = refs.filter(({ mediaType }) => mediaType === tablePartsMediaType);
    const parts = (await Promise.all(tables.map((table) => readParts(artifacts, table)))).flat();
    return (await Promise.all(parts.map(({ file }) => artifacts.exists(file)))).every(Boolean);
  }

  async function tracked<T>(context: StepContext, describe: (value: T) => { note: string; cached: boolean }, work: (report: Report) => Promise<T>): Promise<T> {
    const started = performance.now();
    await rows.begin(context, { attempt: activityInfo().attempt });
    try {
      const value = await withHeartbeat(work);
      await rows.complete(context, { ...describe(value), seconds: (performance.now() - started) / 1000 });
      return value;
    } catch (thrown) {
      const error = fullDisk(thrown) ?? thrown;
      const final = error instanceof Error && 'retryable' in error && error.retryable === false;
      await rows.fail(context, { error: error instanceof Error ? error.message : String(error), final });
      throw error;
    }
  }

  /** Begin and end of a step with the artifacts that it is given and that it makes. */
  function told<T>(context: StepContext, inputs: readonly ArtifactRef[], made: (value: T) => readonly ArtifactRef[], work: () => Promise<T>): Promise<T> {
    let outputs: readonly StepDataset[] = [];
    return withEvents(events, context, () => ({ inputs: datasetsOf(inputs), outputs }), async () => {
      const value = await work();
      outputs = datasetsOf(made(value));
      return value;
    });
  }

  return {
    once,
    async step<T>(context: StepContext, { activity, parameters, note }: StepUnit<T>, work: (report: Report) => Promise<T>): Promise<T> {
      const describe = ({ value, cached }: Cached<T>) => ({ note: note(value), cached });
      const inputs = artifactsIn(parameters);
      const made = ({ value }: Cached<T>): readonly ArtifactRef[] => artifactsIn(value).filter(({ sha256 }) => !inputs.some((input) => input.sha256 === sha256));
      return (await tracked(context, describe, (report) => told(context, inputs, made, () => once(activity, parameters, () => work(report))))).value;
    },
    effect: (context, describe, work, toldWhere = 'here') =>
      tracked(
        context,
        (value) => {
          const { note, unchanged } = describe(value);
          return { note, cached: unchanged };
        },
        () => (toldWhere === 'here' ? told(context, [], (value) => describe(value).outputs ?? [], work) : work()),
      ),
  };
}

/** Each artifact once. */
function datasetsOf(refs: readonly ArtifactRef[]): readonly StepDataset[] {
  return refs.filter(({ sha256 }, i) => refs.findIndex((other) => other.sha256 === sha256) === i).map((artifact) => ({ artifact }));
}

import type { ProcessIdentity, ServiceName, ServiceStatus, StackFile } from '../../config/stack-file.schema.ts';
import { writeFileAtomically } from './atomic-file.ts';

/** Keeps stack.json equal to what is. */
export class StackRecorder {
  readonly #file: string;
  #stack: StackFile;

  constructor(file: string, supervisor: ProcessIdentity, names: readonly ServiceName[]) {
    this.#file = file;
    const waiting = { state: 'waiting', restarts: 0 } as const;
    this.#stack = {
      version: 1,
      state: 'starting',
      supervisor,
      startedAt: new Date().toISOString(),
      notes: [],
      services: Object.fromEntries(names.map((name) => [name, waiting])),
    };
    this.#write();
  }

  enter(state: StackFile['state']): void {
    this.#stack = { ...this.#stack, state };
    this.#write();
  }

  /** `refused`: a retry is of no use before something else has changed. */
  fail(error: string, refused: boolean): void {
    this.#stack = { ...this.#stack, state: 'failed', error, refused };
    this.#write();
  }

  note(...notes: readonly string[]): void {
    this.#stack = { ...this.#stack, notes: [...this.#stack.notes, ...notes] };
    this.#write();
  }

  service(name: ServiceName, status: ServiceStatus): void {
    this.#stack = { ...this.#stack, services: { ...this.#stack.services, [name]: status } };
    this.#write();
  }

  #write(): void {
    writeFileAtomically(this.#file, `${JSON.stringify(this.#stack, undefined, 2)}\n`);
  }
}

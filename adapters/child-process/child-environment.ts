/** What a child may see of its parent's environment: where programs and libraries lie and how they use the machine; no credentials. */
const inherited =
  /^(PATH|HOME|TMPDIR|LANG|LC_.*|TZ|LD_LIBRARY_PATH|DYLD_.*|SystemRoot|OMP_.*|CUDA_.*|NVIDIA_.*|TF_.*|FORECASTLE_TENSORFLOW)$/;

/**
 * The environment of a training child. `OMP_WAIT_POLICY=passive`: threads that spin while they wait made a 2 s fit take 36 s on a
 * busy machine.
 */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => inherited.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(kept), OMP_WAIT_POLICY: 'passive', ...extra };
}

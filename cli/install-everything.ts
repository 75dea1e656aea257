import { installToolchain } from '../infra/toolchain/install.ts';
import { installModels } from '../infra/toolchain/models.ts';
import { toolchainPaths } from '../infra/toolchain/paths.ts';
import type { ToolchainPaths } from '../infra/toolchain/paths.ts';
import { createInstallReporter } from '../infra/toolchain/progress-lines.ts';

/** Where the text models lie: FORECASTLE_MODELS or the toolchain's folder. */
export function modelsDirOf(env: Readonly<Record<string, string | undefined>>): string {
  return env['FORECASTLE_MODELS'] || toolchainPaths().modelsDir;
}

/** The pinned tools and the text model, each only where it is missing. Progress goes to the error stream. */
export async function installEverything(
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<ToolchainPaths> {
  const cancel = signal === undefined ? {} : { signal };
  const paths = await installToolchain({ onProgress: createInstallReporter(process.stderr), ...cancel });
  await installModels({
    modelsDir: modelsDirOf(env),
    env,
    onProgress: (line) => process.stderr.write(`✓ ${line}\n`),
    ...cancel,
  });
  return paths;
}

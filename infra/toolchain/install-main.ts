import { installToolchain } from './install.ts';
import { createInstallReporter } from './progress-lines.ts';

// The installer by itself, for the test command; people use `npx forecastle install`.
try {
  await installToolchain({ onProgress: createInstallReporter(process.stderr) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

/** The library under test: FORECASTLE_LIGHTGBM_LIBRARY, else the toolchain's. */
export const libraryPath = process.env['FORECASTLE_LIGHTGBM_LIBRARY'] ?? toolchainPaths().lightgbmLibrary;

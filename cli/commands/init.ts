import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';

import type { Command } from 'commander';

import { BadInput } from '../../contracts/failure.ts';
import { propose } from '../../domain/dataset-look/propose.ts';
import { withExample } from '../example.ts';
import { lookHere } from '../look-here.ts';
import { parsePipeline } from '../pipeline-file.ts';
import { writePipelineDraft } from '../render/draft.ts';
import { renderInit } from '../render/init.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';
import { writeWhole } from '../write-whole.ts';

interface InitOptions {
  readonly out: string;
  readonly name?: string;
  readonly horizon?: string;
  readonly products?: string;
  readonly reviews?: string;
  readonly force?: boolean;
}

/** `forecastle init`: looks at the data here, in this process, and writes a first pipeline file; no server is asked. */
export function addInitCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('init')
    .description('Write a first pipeline file from a look at your sales: columns, filters, frequency, rules, each with its reason.')
    .argument('<source>', 'file, folder or pattern of sales: CSV, JSON, Parquet or Excel')
    .option('--out <file>', 'the pipeline file to write', 'pipeline.yaml')
    .option('--name <name>', "the pipeline's name; the file's when absent")
    .option('--horizon <periods>', 'how many periods to forecast')
    .option('--products <file>', 'what is known of the products: texts, names of pictures, attributes')
    .option('--reviews <file>', 'what customers wrote of them, and when')
    .option('--force', 'replace a file that is there')
    .action(async (source: string, options: InitOptions) => {
      const session = sessionOf(command, dependencies);
      const { out } = options;
      const horizon = horizonOf(options.horizon);
      const name = nameOf(options.name, source);
      await refuseOverwrite(out, options.force === true);
      const uri = fromFolderOf(out, source);
      const signal = session.interruption();
      const side = (file: string | undefined): string | undefined => (file === undefined ? undefined : fromFolderOf(out, file));
      const looked = await lookHere({ sales: uri, products: side(options.products), reviews: side(options.reviews) }, dirname(resolve(out)), signal).catch((error: unknown) => {
        // What stopped half-way did so because it was asked to.
        if (!signal.aborted) throw error;
        return undefined;
      });
      if (looked === undefined) return session.exitWith(130);
      const proposal = propose(looked.look, { today: Math.floor(Date.now() / 86_400_000), ...(horizon !== undefined && { horizon }) });
      const { rows, roles } = looked.look;
      const hasOffsets = roles.time.type === 'TIMESTAMP WITH TIME ZONE' || (roles.time.text?.top.some(({ value }) => /\d(Z|[+-]\d\d:?\d\d)$/.test(value)) ?? false);
      const text = writePipelineDraft({ name, uri, csv: looked.csv, rows, cut: looked.cut, hasOffsets, beside: looked.beside }, proposal);
      // What is written can be read: a name that says otherwise is found here.
      parsePipeline(text, out);
      await writeWhole('--out', out, [text]);
      session.print({ file: out, name, rows, files: looked.files, ...proposal, beside: looked.beside }, () => renderInit({ out, rows, files: looked.files, cut: looked.cut, beside: looked.beside }, proposal, session.terminal.colors));
    });
  withExample(command, 'npx forecastle init sales.csv --out shop.yaml');
}

const longestHorizon = 366;

function horizonOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const horizon = Number(given);
  if (!/^\d+$/.test(given) || horizon < 1 || horizon > longestHorizon) throw new BadInput(`--horizon ${given}: give a whole number of periods from 1 to ${String(longestHorizon)}`);
  return horizon;
}

const longestName = 63;

function nameOf(given: string | undefined, source: string): string {
  if (given !== undefined) {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(given)) throw new BadInput(`--name ${given}: lower-case letters, digits and hyphens, ${String(longestName)} at most`);
    return given;
  }
  const stem = basename(source.replace(/[?#].*$/, '')).replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|xlsx?|gz))+$/i, '');
  const plain = stem.normalize('NFKD').replace(/(\p{Ll})(\p{Lu})/gu, '$1-$2').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-').slice(0, longestName).replace(/^-+|-+$/g, '');
  return plain === '' ? 'sales' : plain;
}

async function refuseOverwrite(out: string, isForced: boolean): Promise<void> {
  const folder = await stat(dirname(resolve(out))).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw new BadInput(`--out ${out}: its folder does not exist`);
  const there = await stat(out).catch(() => undefined);
  if (there?.isDirectory() === true) throw new BadInput(`--out ${out} is a folder: name the file in it`);
  if (there !== undefined && !isForced) throw new BadInput(`${out} is there already: add --force to replace it, or --out to write another file`);
}

/** Relative addresses in a pipeline file start in its folder. */
function fromFolderOf(out: string, source: string): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return source;
  const path = relative(dirname(resolve(out)), resolve(source));
  // What was named by its absolute path and lies elsewhere is found from anywhere.
  if (isAbsolute(source) && path.startsWith('..')) return source;
  const folder = source.endsWith('/') ? '/' : '';
  return `${path.startsWith('..') ? '' : './'}${path === '' ? '' : path}${folder}`;
}

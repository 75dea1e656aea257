import { type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { type PanelColumn, panelColumns } from './panel-columns.ts';
import { readSeriesRuns, type SeriesRuns } from './series-runs.ts';

/** One part of a panel. The periods of a series follow each other without a gap. */
export type PanelPart<C extends PanelColumn> = SeriesRuns<C>;

/** Reads the named columns of one part of a panel, which is sorted by (series, ds). */
export function readPanelPart<C extends PanelColumn>(session: Session, file: string, { columns, frequency }: { readonly columns: readonly C[]; readonly frequency: PeriodLength }): Promise<PanelPart<C>> {
  return readSeriesRuns(session, {
    relation: parquetFiles([file]),
    ds: startNumberSql('ds', startUnit(frequency)),
    columns: Object.fromEntries(columns.map((column) => [column, panelColumns[column].name])) as Record<C, string>,
  });
}

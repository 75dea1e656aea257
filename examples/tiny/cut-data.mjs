// Cuts data/orders.csv out of the Online Retail example: one in seven invoices, the 100 best-selling products of those.
// Run it from the repository root: node examples/tiny/cut-data.mjs
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const source = fileURLToPath(new URL('../online-retail/data/online_retail.parquet', import.meta.url));
const target = fileURLToPath(new URL('./data/orders.csv', import.meta.url));
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run('CREATE TEMP TABLE sampled AS SELECT * FROM read_parquet($source) WHERE CAST(regexp_extract(InvoiceNo, \'[0-9]+\') AS BIGINT) % 7 = 0', { source });
await connection.run(`
  COPY (
    SELECT InvoiceNo, StockCode, Description, Quantity, strftime(InvoiceDate, '%d/%m/%Y %H:%M') AS InvoiceDate, UnitPrice
    FROM sampled
    WHERE StockCode IN (
      SELECT StockCode FROM sampled WHERE Quantity > 0 AND UnitPrice > 0 AND regexp_matches(StockCode, '^[0-9]{5}[A-Z]{0,2}$')
      GROUP BY StockCode ORDER BY sum(Quantity) DESC, StockCode LIMIT 100)
    ORDER BY sampled.InvoiceDate, InvoiceNo, StockCode, Quantity, UnitPrice, Description
  ) TO '${target.replaceAll("'", "''")}' (FORMAT csv, HEADER)`);

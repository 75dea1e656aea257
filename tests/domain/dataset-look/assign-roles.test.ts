import { expect, test } from 'vitest';

import { assignRoles } from '../../../domain/dataset-look/assign-roles.ts';
import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import type { Roles } from '../../../domain/dataset-look/dataset-look.ts';
import { asText, numbers, texts, times } from './columns.ts';

function rolesOf(columns: readonly ColumnLook[]): Roles {
  const roles = assignRoles(columns);
  if ('lacking' in roles) throw new Error(roles.lacking);
  return roles;
}

const prices = { whole: 0.2, median: 2 };

test.each([
  ['English', ['InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice']],
  ['Chinese', ['订单号', '商品编码', '商品名称', '数量', '下单时间', '单价']],
  ['German', ['Rechnungsnr', 'Artikelnummer', 'Bezeichnung', 'Menge', 'Verkaufsdatum', 'Stückpreis']],
  ['Portuguese', ['pedido', 'codigo_produto', 'descrição', 'quantidade', 'data_venda', 'preco_unitario']],
  ['Spanish', ['pedido', 'articulo', 'descripción', 'cantidad', 'fecha', 'precio']],
  ['French', ['commande', 'produit', 'titre_description', 'quantité', 'jour', 'prix']],
  ['Polish', ['order', 'produkt', 'description', 'ilość', 'data', 'cena']],
])('the columns of an order file are told apart in %s, whether numbers are numbers or text', (_, [order = '', product = '', text = '', quantity = '', time = '', price = '']) => {
  const columns = [texts(order, 2000), texts(product, 100), texts(text, 120, { meanWords: 4 }), numbers(quantity), times(time), numbers(price, prices)];
  for (const seen of [columns, columns.map((column) => (column.text === undefined ? asText(column) : column))]) {
    const roles = rolesOf(seen);
    expect({ series: roles.series[0]?.name, time: roles.time.name, target: roles.target.name, price: roles.price?.name, text: roles.text?.name, order: roles.order?.name })
      .toEqual({ series: product, time, target: quantity, price, text, order });
  }
});

test('without a quantity each row is one piece, and its price is what is summed', () => {
  const roles = rolesOf([texts('order_id', 9000), numbers('order_item_id', { distinct: 20 }), texts('product_id', 900), times('shipping_limit_date'), numbers('price', prices), numbers('freight_value', prices)]);
  expect(roles.target.name).toBe('price');
  expect(roles.targetIsPrice).toBe(true);
  expect(roles.price).toBeUndefined();
});

test('what is delivered, estimated or paid is no time of a sale', () => {
  const roles = rolesOf([texts('product_id', 50), numbers('qty'), times('order_estimated_delivery_date'), times('order_purchase_timestamp'), times('payment_date')]);
  expect(roles.time.name).toBe('order_purchase_timestamp');
});

test('customers, orders and what is measured name no series', () => {
  const roles = rolesOf([times('date'), numbers('sales'), numbers('customers'), texts('customer_id', 500), texts('order_id', 500), numbers('promo', { distinct: 2 }), texts('store', 10)]);
  expect(roles.series.map(({ name }) => name)).toEqual(['store']);
});

test('a number without a word for it is taken only where nothing else is, and called a guess', () => {
  expect(rolesOf([times('date'), texts('sku', 10), numbers('x'), numbers('qty')]).targetIsGuess).toBe(false);
  const guessed = rolesOf([times('date'), texts('sku', 10), numbers('x')]);
  expect([guessed.target.name, guessed.targetIsGuess]).toEqual(['x', true]);
});

test.each([
  ['a time', [texts('sku', 10), numbers('qty')], /no column holds dates or times/],
  ['anything sold', [texts('sku', 10), times('date')], /no column holds what is sold/],
  ['a series', [times('date'), numbers('qty', { whole: 0.5 })], /no column names a series/],
])('without %s it says what is lacking', (_, columns, message) => {
  expect(assignRoles(columns)).toMatchObject({ lacking: expect.stringMatching(message) as string });
});

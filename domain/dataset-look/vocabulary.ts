import { hasWord, nameWords } from './name-words.ts';

/** What a column can be for a forecast. */
export type NamedRole = 'series' | 'time' | 'target' | 'price' | 'stock' | 'currency' | 'unit' | 'text' | 'order' | 'status' | 'open';

/** Words of column names with what they say for a role; the strongest word for and the strongest word against it count. */
type Words = readonly (readonly [weight: number, words: string])[];

const vocabulary: Readonly<Record<NamedRole, Words>> = {
  series: [
    [5, 'sku stockcode asin upc ean gtin barcode plu 商品 产品 货号 款号 品番 артикул'],
    [4.5, 'product item article produkt produto artikel articulo producto produit prodotto material towar urun vare товар продукт 製品'],
    [4, 'store shop filiale loja tienda magasin outlet branch warehouse sklep winkel negozio магазин 门店 店铺 店舗'],
    [3, 'category department dept categoria kategorie categorie region market city state route 品类 类目 地区'],
    [2, 'code id key number nr codigo 编码 编号 unique series'],
    [-6, 'order invoice transaction basket receipt bill ticket session review line row 订单 交易 pedido bestellung rechnung auftrag commande fattura bon'],
    [-6, 'customer client user household member buyer visitor cliente kunde usuario 客户 用户 会员'],
    [-5, 'n num count total avg mean'],
    [-4, '描述 名称 标题 品名 商品名 日期 时间 数量 价格 单价 bezeichnung beschreibung descricao descripcion nome nombre titel'],
    [-5, 'image picture photo img thumbnail 图片'],
    [-4, 'date time week month year day quantity price name description title seller supplier competition promo holiday customers unnamed index'],
  ],
  time: [
    [5, 'purchase invoice order sale sold transaction ds 下单 订单 销售 compra venda bestell verkauf achat vente venta'],
    [4, 'date time datetime timestamp 日期 时间 日付 data datum zeit fecha tarih дата'],
    [3, 'day week month period tag woche monat semana mes dia jour semaine mois 月 周'],
    [1, 'created update updated'],
    [-5, 'delivered delivery shipping ship estimated approved limit expiry expire birth due payment paid cancelled review entrega liefer envio'],
  ],
  target: [
    [6, 'quantity qty units demand 销量 数量 销售量 quantidade qtd qtde menge absatz anzahl cantidad quantite quantita ilosc aantal adet miktar antal количество y'],
    [5, 'sold sales volume sale vendas verkauf verkaufe ventas ventes vendite sprzedaz verkoop satis продажи 販売'],
    [3, 'count pieces stuck amount revenue turnover umsatz receita faturamento ingresos 销售额 金额 trips rides visits orders'],
    [2, 'value total'],
    [-4, 'price cost preis preco precio prix discount disc tax freight frete fee rate ratio percent share rank rating score stock inventory 库存 在庫'],
    [-5, 'id code number nr no year month week day date index unnamed customer customers comment review bags seller promo open holiday competition distance latitude longitude zip'],
  ],
  price: [
    [6, 'price preis preco precio prix prezzo cena prijs fiyat цена 価格 单价 价格 售价 原价'],
    [1, 'unit sell selling average avg unitario'],
    [-5, 'cost freight discount disc competition total value tax category old'],
  ],
  stock: [
    [6, 'inventory onhand lager bestand lagerbestand estoque existencias 库存 在庫 qoh'],
    [4, 'stock hand available'],
    [-6, 'code id keeping price name type value'],
  ],
  currency: [[6, 'currency wahrung moeda moneda devise 币种 货币']],
  unit: [[6, 'uom einheit unidade unidad unite 单位'], [4, 'unit measure'], [-6, 'price cost sold sales']],
  text: [
    [5, 'description desc title name bezeichnung beschreibung descricao descripcion nombre nome titel 描述 名称 标题 品名 商品名'],
    [1, 'product item article'],
    [-5, 'customer client country city state status type code id comment review category seller'],
  ],
  order: [
    [5, 'invoice order transaction basket receipt ticket bill 订单 交易 pedido bestellung rechnung commande'],
    [2, 'id number no nr'],
    [-5, 'date time status quantity customer price item'],
  ],
  status: [[5, 'status state type kind flag 状态 estado situacao statut art vorgang'], [2, 'order invoice transaction']],
  open: [[5, 'open offen geoffnet aberto abierto ouvert 营业']],
};

/** How much the name alone speaks for the role; 0 where it says nothing. */
export function nameScore(role: NamedRole, name: string): number {
  const words = nameWords(name);
  let [best, worst] = [0, 0];
  for (const [weight, list] of vocabulary[role]) {
    if (!list.split(' ').some((wanted) => hasWord(words, wanted))) continue;
    best = Math.max(best, weight);
    worst = Math.min(worst, weight);
  }
  return best + worst;
}

const cancelled = 'cancel canceled cancelled return returned refund refunded storno storniert retoure cancelado cancelada devolvido devolucao annule retour 取消 退货 退款'.split(' ');

/** Whether a value of a status column says that the sale was undone. */
export function saysCancelled(value: string): boolean {
  const words = nameWords(value);
  return cancelled.some((wanted) => hasWord(words, wanted));
}

const services = 'post postage ship shipping freight fee fees bank charge charges manual adjust adjustment discount disc coupon voucher gift sample test amazon commission carriage delivery cruk dot pads padding tip tax deposit versand porto rabatt gutschein frete taxa desconto envio descuento 运费 折扣 测试 邮费'.split(' ');

/** Whether a key or a description names a service, a correction or a test instead of a product. */
export function saysService(value: string): boolean {
  const words = nameWords(value);
  return services.some((wanted) => (wanted.length < 4 ? words.includes(wanted) : hasWord(words, wanted)));
}

import { describe, expect, test } from 'vitest';
import { mediaAddress, mediaFolder } from '../../../../adapters/duckdb/sources/media-address.ts';

describe('names start from', () => {
  const local = { uri: './shop/products.csv', at: { place: 'local', path: '/data/shop/products.csv' } } as const;
  test.each([
    ['the folder of the table', {}, local, { local: '/data/shop' }],
    ['the declared folder, which starts at the pipeline file', { folder: '../pictures' }, local, { local: '/pipelines/pictures' }],
    ['an absolute folder', { folder: '/pictures' }, local, { local: '/pictures' }],
    ['an address', { folder: 'https://cdn.shop.example/p' }, local, { remote: 'https://cdn.shop.example/p/' }],
    ['the folder of an object', {}, { uri: 's3://shop/tables/products.csv', at: { place: 's3', bucket: 'shop', key: 'tables/products.csv' } } as const, { remote: 's3://shop/tables/' }],
    ['the folder of a document', {}, { uri: 'https://shop.example/tables/products.csv?v=1', at: { place: 'https' } } as const, { remote: 'https://shop.example/tables/' }],
    ['the pipeline file where the table lies in a database', {}, { uri: 'postgres://db/shop', at: { place: 'postgres', settings: { table: 'products' } } } as const, { local: '/pipelines/shop' }],
  ])('%s', (_, media, table, folder) => {
    expect(mediaFolder(media, table, '/pipelines/shop')).toEqual(folder);
  });

  test('nowhere else', () => {
    expect(() => mediaFolder({ folder: 'ftp://host/p' }, local, '/')).toThrow('sources.products.media.folder ftp://host/p: give a path, or an address that begins with file://, s3:// or https://');
  });
});

describe('a name stands for', () => {
  const here = { local: '/data/pictures' };
  test.each([
    ['a.jpg', { place: 'local', path: '/data/pictures/a.jpg' }],
    ['a', { place: 'local', path: '/data/pictures/a.png' }],
    ['v1.0/a', { place: 'local', path: '/data/pictures/v1.0/a.png' }],
    ["it's \"one\"; DROP.jpg", { place: 'local', path: "/data/pictures/it's \"one\"; DROP.jpg" }],
    ['/elsewhere/a.jpg', { place: 'local', path: '/elsewhere/a.jpg' }],
    ['file:///elsewhere/a%20b.jpg', { place: 'local', path: '/elsewhere/a b.jpg' }],
    ['https://cdn.example/a', { place: 'https', uri: 'https://cdn.example/a' }],
    ['s3://bucket/p/a', { place: 's3', bucket: 'bucket', key: 'p/a.png' }],
    ['s3:///a.jpg', { problem: 'write it as s3://bucket/key' }],
    ['gopher://host/a.jpg', { problem: "gopher:// can't be read" }],
    ['file://host/a.jpg', { problem: 'no address of a local file' }],
  ])('%s', (name, address) => {
    expect(mediaAddress(name, here, '.png')).toEqual(address);
  });

  test.each([
    ['blue shirt #1.jpg', { place: 'https', uri: 'https://cdn.example/p/blue%20shirt%20%231.jpg' }],
    ['x/y.jpg', { place: 'https', uri: 'https://cdn.example/p/x/y.jpg' }],
    ['../secret.jpg', { problem: 'outside of the allowed folders' }],
    ['x/../../secret.jpg', { problem: 'outside of the allowed folders' }],
    ['/secret.jpg', { problem: 'outside of the allowed folders' }],
    ['//other.example/a.jpg', { problem: 'outside of the allowed folders' }],
    ['\ud800.jpg', { problem: 'no such file' }],
  ])('%s below an address', (name, address) => {
    expect(mediaAddress(name, { remote: 'https://cdn.example/p/' }, undefined)).toEqual(address);
  });

  test('an object below a prefix, and no other', () => {
    expect(mediaAddress('a b.jpg', { remote: 's3://shop/p/' }, undefined)).toEqual({ place: 's3', bucket: 'shop', key: 'p/a b.jpg' });
    expect(mediaAddress('../a.jpg', { remote: 's3://shop/p/' }, undefined)).toEqual({ problem: 'outside of the allowed folders' });
  });
});

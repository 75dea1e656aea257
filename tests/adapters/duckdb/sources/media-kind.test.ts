import { expect, test } from 'vitest';
import { kindOfBytes } from '../../../../adapters/duckdb/sources/media-kind.ts';

const bytes = (start: string, length = 64): Uint8Array => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(Math.max(0, length - start.length))]);

test.each([
  ['image/jpeg', 'jpg', '\xff\xd8\xff\xe0\0\x10JFIF'], ['image/png', 'png', '\x89PNG\r\n\x1a\n'], ['image/gif', 'gif', 'GIF89a'], ['image/webp', 'webp', 'RIFF\x24\0\0\0WEBPVP8 '],
  ['image/avif', 'avif', '\0\0\0\x20ftypavif'], ['image/bmp', 'bmp', 'BM'], ['image/tiff', 'tif', 'II*\0'],
  ['audio/wav', 'wav', 'RIFF\x24\0\0\0WAVEfmt '], ['audio/mpeg', 'mp3', 'ID3\x04'], ['audio/mpeg', 'mp3', '\xff\xfb\x90\x64'], ['audio/flac', 'flac', 'fLaC'], ['audio/ogg', 'ogg', 'OggS'],
  ['video/mp4', 'mp4', '\0\0\0\x18ftypisom'], ['video/quicktime', 'mov', '\0\0\0\x14ftypqt  '], ['video/webm', 'webm', '\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm'], ['video/x-matroska', 'mkv', '\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska'],
])('%s is told by its first bytes', (mediaType, extension, start) => {
  expect(kindOfBytes(bytes(start))).toEqual({ mediaType, extension });
});

test.each([['nothing', ''], ['text', 'sku,day,units'], ['a truncated mark', '\xff\xd8'], ['a frame of MPEG audio with a bit rate that there is none of', '\xff\xfb\xf0\0'], ['UTF-16', '\xff\xfe<\0']])('%s is bytes and no more', (_, start) => {
  expect(kindOfBytes(bytes(start, start.length))).toEqual({ mediaType: 'application/octet-stream', extension: 'bin' });
});

import { open } from 'node:fs/promises';

/** What bytes are, and the usual end of a name for it, without the dot. */
export interface ContentKind {
  readonly mediaType: string;
  readonly extension: string;
}

const unknown: ContentKind = { mediaType: 'application/octet-stream', extension: 'bin' };
const kind = (mediaType: string, extension: string): ContentKind => ({ mediaType, extension });

/** Containers of the ISO base media format by their brand; any other is taken for an MP4. */
const brands: Readonly<Record<string, ContentKind>> = {
  avif: kind('image/avif', 'avif'), avis: kind('image/avif', 'avif'),
  heic: kind('image/heic', 'heic'), heix: kind('image/heic', 'heic'), mif1: kind('image/heif', 'heif'),
  'M4A ': kind('audio/mp4', 'm4a'), 'qt  ': kind('video/quicktime', 'mov'),
};

/** Tells pictures, sounds and films apart by their first bytes (WHATWG MIME sniffing, and the marks of their formats); a name says only what a file should be. */
export function kindOfBytes(bytes: Uint8Array): ContentKind {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return kind('image/jpeg', 'jpg');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return kind('image/png', 'png');
  if (/^GIF8[79]a/.test(start)) return kind('image/gif', 'gif');
  if (start.startsWith('BM')) return kind('image/bmp', 'bmp');
  if (/^(II\*\0|MM\0\*)/.test(start)) return kind('image/tiff', 'tif');
  if (start.startsWith('RIFF')) {
    const form = start.slice(8, 12);
    if (form === 'WEBP') return kind('image/webp', 'webp');
    if (form === 'WAVE') return kind('audio/wav', 'wav');
    if (form === 'AVI ') return kind('video/x-msvideo', 'avi');
  }
  if (start.startsWith('fLaC')) return kind('audio/flac', 'flac');
  if (start.startsWith('OggS')) return kind('audio/ogg', 'ogg');
  if (start.slice(4, 8) === 'ftyp') return brands[start.slice(8, 12)] ?? kind('video/mp4', 'mp4');
  if (start.startsWith('\x1a\x45\xdf\xa3')) return start.includes('webm') ? kind('video/webm', 'webm') : kind('video/x-matroska', 'mkv');
  if (start.startsWith('ID3') || isMpegAudio(bytes)) return kind('audio/mpeg', 'mp3');
  return unknown;
}

/** A frame header of MPEG audio layer 3: eleven set bits, a known version, bit rate and sampling rate (ISO/IEC 11172-3, 2.4.2.3). */
function isMpegAudio([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  return first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08 && third >> 4 !== 0xf && third >> 4 !== 0 && (third & 0x0c) !== 0x0c;
}

const sniffed = 64;

export async function contentKind(path: string): Promise<ContentKind> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffed), 0, sniffed, 0);
    return kindOfBytes(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

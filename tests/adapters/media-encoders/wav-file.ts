const forms = { u8: [1, 8], s16: [1, 16], s24: [1, 24], s32: [1, 32], f32: [3, 32], f64: [3, 64] } as const;

/** A WAV file with these samples, −1 … 1. */
export function wavFile(of: { readonly rate: number; readonly channels: readonly (readonly number[])[]; readonly form: keyof typeof forms; readonly extensible?: boolean }): Buffer {
  const [kind, bits] = forms[of.form];
  const width = bits / 8;
  const [first = []] = of.channels;
  const data = Buffer.alloc(first.length * of.channels.length * width);
  first.forEach((_, frame) => of.channels.forEach((samples, channel) => write(data, (frame * of.channels.length + channel) * width, samples[frame] ?? 0, of.form)));
  const format = Buffer.alloc(of.extensible === true ? 40 : 16);
  format.writeUInt16LE(of.extensible === true ? 0xfffe : kind, 0);
  format.writeUInt16LE(of.channels.length, 2);
  format.writeUInt32LE(of.rate, 4);
  format.writeUInt32LE(of.rate * width * of.channels.length, 8);
  format.writeUInt16LE(width * of.channels.length, 12);
  format.writeUInt16LE(bits, 14);
  if (of.extensible === true) format.writeUInt16LE(kind, 24);
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('note', Buffer.from('odd')), chunk('fmt ', format), chunk('data', data)]);
  return chunk('RIFF', body);
}

function chunk(name: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name), size, content, Buffer.alloc(content.length % 2)]);
}

function write(data: Buffer, at: number, value: number, form: keyof typeof forms): void {
  const whole = (bits: number): number => Math.max(-(2 ** (bits - 1)), Math.min(2 ** (bits - 1) - 1, Math.round(value * 2 ** (bits - 1))));
  if (form === 'u8') data.writeUInt8(whole(8) + 128, at);
  else if (form === 's16') data.writeInt16LE(whole(16), at);
  else if (form === 's24') data.writeIntLE(whole(24), at, 3);
  else if (form === 's32') data.writeInt32LE(whole(32), at);
  else if (form === 'f32') data.writeFloatLE(value, at);
  else data.writeDoubleLE(value, at);
}

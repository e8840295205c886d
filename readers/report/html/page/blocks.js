// SPDX-License-Identifier: LGPL-2.1-or-later
// Packed parts of the page: base64 of what zlib made. Unpacked when they are asked for.

// A hostile dump packs well: more than this is not unpacked.
const MAX_UNPACKED = 256 * 1024 * 1024;

async function unpack(id) {
  const element = document.getElementById(id);
  if (!element) return null;
  const text = atob(element.textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const pieces = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.length;
    if (size > MAX_UNPACKED) throw new Error('a part of the page is larger than it may be');
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function unpackJson(id) {
  const bytes = await unpack(id);
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a dump that the page has: some segments of it, and beside them those of the
// baseline, where there is one.

class DumpBytes {
  // `packed`: the segments, one after the other; then their XOR with the baseline.
  constructor(length, element, packed) {
    this.length = length;
    this.segments = [];
    this.had = element && element.dataset.baseline ? Number(element.dataset.baseline) : -1;
    this.problem = (element && element.dataset.problem) || '';
    let from = 0;
    for (const text of ((element && element.dataset.segments) || '').split(',').filter(Boolean)) {
      const [at, size] = text.split(':').map(Number);
      this.segments.push({at, size, from});
      from += size;
    }
    this.now = packed ? packed.subarray(0, from) : new Uint8Array(0);
    this.xor = packed && this.had >= 0 ? packed.subarray(from, 2 * from) : null;
    // Lines of 16 bytes, and one for each gap between segments, or at the end.
    this.lines = 0;
    let end = 0;
    for (const segment of this.segments) {
      if (segment.at > end) ++this.lines;
      segment.line = this.lines;
      this.lines += Math.ceil(segment.size / 16);
      end = segment.at + segment.size;
    }
    this.end = end;
    if (end < length) ++this.lines;
  }

  segmentAt(at) {
    const i = lastAtMost(this.segments, at, (segment) => segment.at);
    if (i < 0 || at >= this.segments[i].at + this.segments[i].size) return null;
    return this.segments[i];
  }
  has(at) {
    return this.segmentAt(at) !== null;
  }
  valueAt(at) {
    const segment = this.segmentAt(at);
    return segment ? this.now[segment.from + at - segment.at] : -1;
  }
  // What the baseline has there; -1: nothing, or not known.
  baselineAt(at) {
    const segment = this.xor && at < this.had ? this.segmentAt(at) : null;
    if (!segment) return -1;
    const i = segment.from + at - segment.at;
    return this.now[i] ^ this.xor[i];
  }
  differsAt(at) {
    const segment = this.xor ? this.segmentAt(at) : null;
    return segment !== null && (at >= this.had || this.xor[segment.from + at - segment.at] !== 0);
  }

  lineOf(at) {
    const i = lastAtMost(this.segments, at, (segment) => segment.at);
    if (i < 0) return 0;
    const segment = this.segments[i];
    const line = segment.line + Math.floor(Math.min(at - segment.at, segment.size) / 16);
    return Math.min(line, this.lines - 1);
  }
  // {at, size} of a line of bytes, or {gap: bytes, at} of what is not in the page.
  line(number) {
    const i = lastAtMost(this.segments, number, (segment) => segment.line);
    const segment = i >= 0 ? this.segments[i] : null;
    if (segment) {
      const at = (number - segment.line) * 16;
      if (at < segment.size) return {at: segment.at + at, size: Math.min(16, segment.size - at)};
    }
    const from = segment ? segment.at + segment.size : 0;
    const next = i + 1 < this.segments.length ? this.segments[i + 1].at : this.length;
    return {at: from, gap: next - from};
  }
}

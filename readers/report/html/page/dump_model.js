// SPDX-License-Identifier: LGPL-2.1-or-later
// A dump: its fields as a tree, what differs, and its bytes as far as the page has them.

// Flags of a field, as dump_block.cpp writes them.
const GROUP = 1;
const HAS_BITS = 2;
const PERTURBED = 4;
const VOLATILE = 8;
const ZERO = 16;
const STATES = ['read', 'missing', 'hole', 'unreadable'];
// Of changes, in the order of FieldChange.
const ONLY_BASELINE = 1;
const ONLY_NOW = 2;
const STATE_DIFFERS = 3;
const NO_PLACE = Number.MAX_SAFE_INTEGER;
const RANK = {info: 0, warning: 1, error: 2, fatal: 3};

class DumpModel {
  constructor(index, json, bytes) {
    this.index = index;
    Object.assign(this, {
      name: json.name,
      title: json.title,
      file: json.file,
      length: json.length,
      first: BigInt('0x' + json.first),
      leftOut: json.left_out,
      hasAll: json.all,
      baseline: json.baseline,
      path: json.path,
      at: json.at,
      size: json.size,
      shown: json.shown,
      text: json.text,
      bit: json.bit,
      flags: json.flags,
      window: json.window,
      windows: json.windows,
      remarks: json.remarks,
      ranges: json.ranges || [],
      moreRanges: json.more_ranges || 0,
      findings: json.findings,
    });
    this.holes = json.holes.slice().sort((a, b) => a[0] - b[0]);
    this.bytes = bytes;
    this.addChanges(json.changes || []);
    this.makeTree();
    this.addFindings();
    this.indexBytes();
  }

  // Of the changes that somebody wants to see, and those that are always there.
  addChanges(changes) {
    this.change = new Map();
    for (const [path, kind, first, second, text, flags] of changes) {
      const quiet = flags !== 0 || kind === STATE_DIFFERS;
      this.change.set(path, {kind, first, second, quiet});
      if (kind !== ONLY_BASELINE) continue;
      // A field that is only in the baseline: a row of its own, without a place.
      this.path.push(path);
      this.at.push(NO_PLACE);
      this.size.push(0);
      this.shown.push('not there');
      this.text.push(text);
      this.bit.push(0);
      this.flags.push(0);
      this.window.push(0);
    }
    this.count = this.path.length;
  }

  // Fields follow their structure, and bits their register: a row belongs to the last one
  // before it whose path its own goes on.
  makeTree() {
    this.parent = new Int32Array(this.count).fill(-1);
    this.depth = new Uint16Array(this.count);
    this.isParent = new Uint8Array(this.count);
    const open = [];
    for (let i = 0; i < this.count; ++i) {
      const path = this.path[i];
      const belongs = (to) => path.startsWith(to) && '.['.includes(path[to.length] || ' ');
      while (open.length && !belongs(this.path[open[open.length - 1]])) open.pop();
      if (open.length) {
        this.parent[i] = open[open.length - 1];
        this.depth[i] = open.length;
        this.isParent[this.parent[i]] = 1;
      }
      if (open.length < 60) open.push(i);
    }
    this.measureGroups();
  }

  // A structure reaches from the first byte of what is in it to the last.
  measureGroups() {
    this.reach = new Map();
    for (let i = this.count - 1; i >= 0; --i) {
      const range = this.rangeOf(i);
      const parent = this.parent[i];
      if (!range || parent < 0 || !this.is(parent, GROUP)) continue;
      const known = this.reach.get(parent) || range;
      const at = Math.min(known.at, range.at);
      this.reach.set(parent, {at, size: Math.max(known.at + known.size, range.at + range.size) - at});
    }
  }

  addFindings() {
    this.rowOf = new Map();
    for (let i = this.count - 1; i >= 0; --i) this.rowOf.set(this.path[i], i);
    this.found = new Map();  // row -> findings
    for (const [severity, path, text, next, evidence] of this.findings) {
      for (const one of new Set([path, ...evidence])) {
        const row = this.rowOf.get(one);
        if (row === undefined) continue;
        if (!this.found.has(row)) this.found.set(row, []);
        this.found.get(row).push({severity, text, next});
      }
    }
  }

  is(row, flag) {
    return (this.flags[row] & flag) !== 0;
  }
  state(row) {
    return STATES[(this.flags[row] >> 5) & 3];
  }
  // The part of the path that its parent has not.
  nameOf(row) {
    const parent = this.parent[row];
    if (parent < 0) return this.path[row];
    const rest = this.path[row].slice(this.path[parent].length);
    return rest.startsWith('.') ? rest.slice(1) : rest;
  }
  changeOf(row) {
    return this.is(row, GROUP) ? undefined : this.change.get(this.path[row]);
  }
  worstOf(row) {
    const found = this.found.get(row);
    if (!found) return '';
    return found.reduce((worst, one) => (RANK[one.severity] > RANK[worst] ? one.severity : worst), 'info');
  }
  // [first bit, number of bits]; of other fields nothing.
  bitsOf(row) {
    return this.bit[row] === 0 ? null : [Math.floor(this.bit[row] / 100), this.bit[row] % 100];
  }
  // Where it is in the dump, if it is there.
  rangeOf(row) {
    if (this.is(row, GROUP)) return this.reach.get(row) || null;
    const at = this.at[row];
    if (this.window[row] !== 0 || at >= this.length || this.size[row] === 0) return null;
    return {at, size: Math.min(this.size[row], this.length - at)};
  }
  address(at) {
    return '0x' + hex(this.first + BigInt(at), 4);
  }

  // Fields by where they are. Long ones are few, and stand in every place they reach.
  indexBytes() {
    this.byRow = new Map();  // 16 bytes -> rows
    this.long = [];
    for (let i = 0; i < this.count; ++i) {
      if (this.is(i, GROUP) || this.bit[i] !== 0) continue;
      const range = this.rangeOf(i);
      if (!range) continue;
      if (range.size > 4096) {
        if (this.long.length < 256) this.long.push(i);
        continue;
      }
      const last = Math.floor((range.at + range.size - 1) / 16);
      for (let line = Math.floor(range.at / 16); line <= last; ++line) {
        if (!this.byRow.has(line)) this.byRow.set(line, []);
        this.byRow.get(line).push(i);
      }
    }
  }

  // The smallest field that a byte is of; -1: none.
  fieldAt(at) {
    let best = -1;
    for (const row of [...(this.byRow.get(Math.floor(at / 16)) || []), ...this.long]) {
      if (at < this.at[row] || at >= this.at[row] + this.size[row]) continue;
      if (best < 0 || this.size[row] < this.size[best]) best = row;
    }
    return best;
  }

  holeAt(at) {
    const i = lastAtMost(this.holes, at, (hole) => hole[0]);
    return i >= 0 && at < this.holes[i][0] + this.holes[i][1] ? this.holes[i] : null;
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// The whole dump in one picture, a cell a piece of it: what differs, what was not read, zeros,
// fields, and what the page does not have.

const MAX_CELLS = 1024;
const MAX_CELL = 14;     // CSS pixels, with the line between cells
const MAX_HEIGHT = 170;
const MAP = {IN: 1, SET: 2, FIELD: 4, DIFFERS: 8, HOLE: 16, FOUND: 32};

class MapView {
  constructor(model, onByte) {
    this.model = model;
    this.onByte = onByte;
    this.marked = null;
    this.at = 0;
    this.canvas = h('canvas', {
      class: 'map', tabindex: '0', role: 'slider', 'aria-label': 'map of ' + model.name,
      'aria-valuemin': 0,
      click: (event) => this.onClick(event),
      keydown: (event) => this.onKey(event),
    });
    this.measure();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  close() {
    this.observer.disconnect();
  }

  // The flags of each cell.
  measure() {
    const {model} = this;
    const bytes = model.bytes;
    this.step = 1;
    while (model.length / this.step > MAX_CELLS) this.step *= 2;
    this.cells = new Uint8Array(Math.ceil(model.length / this.step));
    this.canvas.setAttribute('aria-valuemax', Math.max(0, this.cells.length - 1));
    const add = (at, size, flag) => {
      const last = Math.min(this.cells.length - 1, Math.floor((at + size - 1) / this.step));
      for (let i = Math.floor(at / this.step); i <= last; ++i) this.cells[i] |= flag;
    };
    for (const segment of bytes.segments) {
      add(segment.at, segment.size, MAP.IN);
      for (let k = 0; k < segment.size; ++k) {
        const i = Math.floor((segment.at + k) / this.step);
        if (bytes.now[segment.from + k] !== 0) this.cells[i] |= MAP.SET;
        if (bytes.differsAt(segment.at + k)) this.cells[i] |= MAP.DIFFERS;
      }
    }
    for (const [at, size] of model.ranges) add(at, size, MAP.DIFFERS);
    for (const [at, size] of model.holes) add(at, size, MAP.HOLE);
    for (let i = 0; i < model.count; ++i) {
      const range = model.is(i, GROUP) ? null : model.rangeOf(i);
      if (!range) continue;
      const change = model.changeOf(i);
      add(range.at, range.size, MAP.FIELD | (model.found.has(i) ? MAP.FOUND : 0) |
          (change && !bytes.has(range.at) ? MAP.DIFFERS : 0));
    }
  }

  draw() {
    const canvas = this.canvas;
    const width = canvas.clientWidth;
    if (width === 0) return;
    // Powers of two are easier to find one's way in: as few columns as the height allows.
    let lines = 1;
    let size = 1;
    for (this.columns = 16; ; this.columns *= 2) {
      size = Math.min(MAX_CELL, width / this.columns);
      lines = Math.max(1, Math.ceil(this.cells.length / this.columns));
      if (lines * size <= MAX_HEIGHT || this.columns >= 256) break;
    }
    this.size = size;
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = Math.ceil(lines * size) + 'px';
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(Math.ceil(lines * size) * scale);
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const color = (name) => style.getPropertyValue('--map-' + name).trim();
    const colors = {};
    for (const name of ['zero', 'set', 'field', 'differs', 'hole', 'away', 'found', 'mark']) {
      colors[name] = color(name);
    }
    for (let i = 0; i < this.cells.length; ++i) this.drawCell(pen, i, colors);
    if (this.marked) this.drawMark(pen, colors.mark);
  }

  drawCell(pen, i, colors) {
    const flags = this.cells[i];
    const x = (i % this.columns) * this.size;
    const y = Math.floor(i / this.columns) * this.size;
    const side = this.size - 1;
    let name = 'away';
    if (flags & MAP.DIFFERS) name = 'differs';
    else if (flags & MAP.HOLE) name = 'zero';
    else if (flags & MAP.IN) name = !(flags & MAP.SET) ? 'zero' : flags & MAP.FIELD ? 'field' : 'set';
    pen.fillStyle = colors[name];
    if (name === 'away') pen.fillRect(x + side / 2 - 1, y + side / 2 - 1, 2, 2);
    else pen.fillRect(x, y, side, side);
    if (flags & MAP.HOLE) {
      pen.strokeStyle = colors.hole;
      pen.lineWidth = 1;
      pen.beginPath();
      for (const shift of [0, side / 2]) {
        pen.moveTo(x + shift, y + side);
        pen.lineTo(x + side, y + shift);
        pen.moveTo(x, y + side - shift);
        pen.lineTo(x + side - shift, y);
      }
      pen.stroke();
    }
    if (flags & MAP.FOUND) {
      pen.strokeStyle = colors.found;
      pen.lineWidth = 2;
      pen.strokeRect(x + 1, y + 1, side - 2, side - 2);
    }
  }

  drawMark(pen, color) {
    pen.strokeStyle = color;
    pen.lineWidth = 2;
    const last = Math.floor((this.marked.at + this.marked.size - 1) / this.step);
    for (let i = Math.floor(this.marked.at / this.step); i <= last; ++i) {
      pen.strokeRect((i % this.columns) * this.size - 0.5, Math.floor(i / this.columns) * this.size - 0.5,
                     this.size, this.size);
    }
  }

  mark(range) {
    this.marked = range;
    if (range) this.at = Math.floor(range.at / this.step);
    this.canvas.setAttribute('aria-valuenow', this.at);
    this.canvas.setAttribute('aria-valuetext', this.model.address(this.at * this.step));
    this.draw();
  }

  // Of a cell the first byte that differs, for that is what one wants to see.
  jump(cell) {
    if (cell < 0 || cell >= this.cells.length) return;
    this.at = cell;
    const begin = cell * this.step;
    const end = Math.min(this.model.length, begin + this.step);
    let to = begin;
    for (let at = begin; at < end && at < begin + 65536; ++at) {
      if (!this.model.bytes.differsAt(at)) continue;
      to = at;
      break;
    }
    this.onByte(to);
  }

  onClick(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.size);
    if (column >= this.columns) return;
    this.jump(Math.floor((event.clientY - box.top) / this.size) * this.columns + column);
  }

  onKey(event) {
    const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns};
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.jump(this.at + steps[event.key]);
  }
}
